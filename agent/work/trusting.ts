/**
 * Which releases may be installed: what both repositories say of this device (`Trusted` of
 * `ports/updates.ts`). Whatever was verified is kept before anything is answered, also when what
 * came after it was refused.
 */
import type { Architecture } from '../../protocol/release.ts';
import { type Checked, check, type Plan, type Self } from '../core/trust/check.ts';
import { drive } from '../core/trust/drive.ts';
import { type Came, directedBy, keptFiles } from '../core/trust/kept.ts';
import { attested, trustedNow } from '../core/trust/time.ts';
import {
  freshTrust,
  REPOSITORIES,
  type RepositoryName,
  type TrustState,
} from '../core/trust/trusted.ts';
import type { Versions } from '../core/updates/resolve.ts';
import type { Facts } from '../ports/caretaking.ts';
import type { MetadataFolder, Repositories, Roots, TrustStore } from '../ports/trust.ts';
import type { Trusted, TrustedRelease } from '../ports/updates.ts';
import type { Clock } from '../ports.ts';
import { answerFor, refusal, type Verdict, verdictOf } from './trusting/answers.ts';
import { type ContactDeps, Contacts } from './trusting/contact.ts';
import { Ledger } from './updating/ledger.ts';

export interface TrustingDeps extends ContactDeps {
  readonly clock: Clock;
  readonly facts: Facts;
  readonly device: string;
  readonly architecture: Architecture;
  readonly store: TrustStore;
  readonly folder: MetadataFolder;
  readonly roots: () => Promise<Roots>;
  /** Or why there is nobody to ask. */
  readonly repositories: Repositories | { readonly why: string };
  /** The clock was set by somebody. */
  readonly clockKnown: () => boolean;
  readonly versions: () => Promise<Versions>;
  /** Whether this device may have the package, by its own file. */
  readonly accepts: (name: string) => boolean;
  /** Hexadecimal, never the same. */
  readonly nonce: () => string;
}

type Found = { readonly plan: Plan } | Verdict;

export class Trusting implements Trusted {
  readonly #deps: TrustingDeps;
  readonly #ledger: Ledger;
  readonly #contacts: Contacts;
  #state: TrustState | undefined;
  #kept: TrustState | undefined;
  #directed: number | undefined;
  #problem: string | undefined;
  #turn: Promise<unknown> = Promise.resolve();

  constructor(deps: TrustingDeps) {
    this.#deps = deps;
    this.#ledger = new Ledger(deps.facts);
    this.#contacts = new Contacts(deps);
  }

  releases(
    wanted: Parameters<Trusted['releases']>[0],
    signal: AbortSignal,
  ): Promise<readonly TrustedRelease[]> {
    return this.#inTurn(async () => {
      const installed = this.#ledger.installed();
      const there = wanted.map(({ name, version }) => {
        const manifest = installed.get(name)?.manifest;
        return manifest?.version === version ? manifest : undefined;
      });
      const isAll = there.every((one) => one !== undefined);
      const found = isAll ? undefined : await this.#check(signal);
      return wanted.map((one, at): TrustedRelease => {
        const manifest = there[at];
        if (manifest !== undefined) return { ok: true, manifest };
        if (found === undefined) throw new Error(`${one.name} was neither there nor asked for`);
        return 'plan' in found ? answerFor(one, found.plan) : refusal(one, found);
      });
    });
  }

  /** Asks although nothing is wanted: whoever drops requests is noticed so. */
  async prove(signal: AbortSignal): Promise<void> {
    await this.#inTurn(() => this.#check(signal));
  }

  /** Reads what was kept, so that `directed` is known. */
  async open(): Promise<void> {
    await this.#inTurn(() => this.#trusted());
  }

  /** Highest version of the director's targets that was believed. */
  get directed(): number | undefined {
    return this.#directed;
  }

  /** For people. */
  status() {
    return { ...this.#contacts.status(), problem: this.#problem, directed: this.#directed };
  }

  async #check(signal: AbortSignal): Promise<Found> {
    const { repositories, clock, clockKnown } = this.#deps;
    const before = await this.#trusted();
    if ('why' in before) return this.#nobody(before.why);
    if ('why' in repositories) return this.#nobody(repositories.why);
    const self = await this.#self();
    const asked = clockKnown() ? before : await this.#withTime(before, repositories, signal);
    const came: Record<RepositoryName, { file: string; text: string }[]> = {
      director: [],
      release: [],
    };
    const own = { wall: clock.wall(), known: clockKnown() };
    const checked: Checked = await drive(check(asked, self, own), async (wanted) => {
      const arrival = await repositories.bring(wanted, signal);
      if (arrival.kind === 'bytes') {
        const text = Buffer.from(arrival.bytes).toString('utf8');
        came[wanted.repository].push({ file: wanted.file, text });
      }
      return arrival;
    });
    await this.#keep(checked.state, came);
    const { outcome, refusedBy = 'director' } = checked;
    // Since when it fails is not known without a clock; one that is set later would make years of it.
    if (outcome.ok || own.known) {
      await this.#contacts.note(trustedNow(own, checked.state), outcome.ok);
    }
    if (!outcome.ok) {
      const verdict = verdictOf(outcome.refusal, refusedBy);
      this.#problem = verdict.why;
      return verdict;
    }
    this.#problem = undefined;
    for (const one of outcome.value.installables) {
      await this.#ledger.grant(one.manifest, one.assignment);
    }
    return { plan: outcome.value };
  }

  #nobody(why: string): Verdict {
    if (this.#problem !== why) this.#deps.log.warn('updates are not possible', { why });
    this.#problem = why;
    return { code: 'untrusted', why };
  }

  async #trusted(): Promise<TrustState | { readonly why: string }> {
    if (this.#state !== undefined) return this.#state;
    const { store, roots, log } = this.#deps;
    const { state, damaged } = await store.load();
    if (damaged) log.error('what was trusted is damaged and set aside; the roots count again');
    if (state === undefined) {
      const own = await roots();
      // Not kept yet: they may be put there later, or be put right.
      return own.ok ? freshTrust(own.director, own.release) : { why: own.why };
    }
    this.#state = state;
    this.#directed = directedBy(state.director);
    return state;
  }

  async #self(): Promise<Self> {
    const { device, architecture, versions } = this.#deps;
    const { satisfies } = await versions();
    const installed = [...this.#ledger.installed().values()];
    return {
      ...{ device, architecture, satisfies, accepts: this.#deps.accepts },
      versions: new Map(installed.map(({ manifest }) => [manifest.name, manifest.version])),
      installed: installed.flatMap(({ manifest, assignment = 0 }) =>
        manifest.files
          .filter((file) => file.architecture === 'all' || file.architecture === architecture)
          .map(({ path, sha256 }) => ({ path, sha256, assignment })),
      ),
    };
  }

  /** The director signs the time for a device that has none. */
  async #withTime(
    state: TrustState,
    { time }: Repositories,
    signal: AbortSignal,
  ): Promise<TrustState> {
    const { device, nonce, log } = this.#deps;
    const question = { device, nonce: nonce() };
    const arrival = await time(question.nonce, signal);
    if (arrival.kind !== 'bytes') return state;
    const { state: later, outcome } = attested(state, arrival.bytes, question);
    if (!outcome.ok) log.warn('the time of the director is not believed', { ...outcome.refusal });
    return later;
  }

  /** The files first: from them alone the set could be verified again, but not the other way round. */
  async #keep(state: TrustState, came: Readonly<Record<RepositoryName, Came>>): Promise<void> {
    const { folder, store } = this.#deps;
    if (JSON.stringify(state) === JSON.stringify(this.#kept)) return;
    for (const name of REPOSITORIES) await folder.keep(name, keptFiles(state[name], came[name]));
    await store.save(state);
    this.#state = this.#kept = state;
    const directed = directedBy(state.director);
    if (directed !== undefined) this.#directed = Math.max(directed, this.#directed ?? 0);
  }

  /** Two checks at once would each keep what the other does not know. */
  #inTurn<T>(job: () => Promise<T>): Promise<T> {
    const mine = this.#turn.then(job);
    this.#turn = mine.catch(() => undefined);
    return mine;
  }
}
