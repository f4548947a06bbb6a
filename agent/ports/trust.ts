/** Where a device gets what it trusts from, and where it keeps it. */
import type { Arrival, RepositoryName, TrustState, Wanted } from '../core/trust/trusted.ts';

export interface TrustStore {
  /**
   * The set that was kept last. `undefined`: none was ever kept, or what is there is damaged and was
   * set aside; then the roots of the installation count again.
   */
  load(): Promise<{ readonly state: TrustState | undefined; readonly damaged: boolean }>;
  /** Durable when it resolves. Rejects when it cannot be written; then the set before it is there. */
  save(state: TrustState): Promise<void>;
}

/** The roots that came with the installation (`io/trust/roots.ts`). */
export type Roots =
  | { readonly ok: true; readonly director: string; readonly release: string }
  | { readonly ok: false; readonly why: string };

/** Both repositories, over the network (`io/trust/repositories.ts`). */
export interface Repositories {
  /** Rejects only when it was aborted. */
  bring(wanted: Wanted, signal: AbortSignal): Promise<Arrival>;
  /** The director's answer to a question for the time. */
  time(nonce: string, signal: AbortSignal): Promise<Arrival>;
}

/** Verified metadata as it came, for the helper, which verifies it once more (`io/trust/metadata.ts`). */
export interface MetadataFolder {
  /**
   * Durable when it resolves. Of what is there before, roots up to the newest of these stay, and of
   * every other role goes what these replace.
   */
  keep(repository: RepositoryName, files: ReadonlyMap<string, string>): Promise<void>;
}
