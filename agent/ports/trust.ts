/** Where a device keeps what it trusts. */
import type { TrustState } from '../core/trust/trusted.ts';

export interface TrustStore {
  /**
   * The set that was kept last. `undefined`: none was ever kept, or what is there is damaged and was
   * set aside; then the roots of the installation count again.
   */
  load(): Promise<{ readonly state: TrustState | undefined; readonly damaged: boolean }>;
  /** Durable when it resolves. Rejects when it cannot be written; then the set before it is there. */
  save(state: TrustState): Promise<void>;
}
