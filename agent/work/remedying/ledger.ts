/** The states of all remedies: in memory, and durable as facts `remedies/<name>`. */

import { FRESH, isFresh, type RemedyState } from '../../core/remedies/state.ts';
import { decodeState, encodeState, rebootedSince } from '../../core/remedies/stored.ts';
import type { Facts } from '../../ports/caretaking.ts';
import type { Clock, Log } from '../../ports.ts';

const GROUP = 'remedies';

export class Ledger {
  readonly #clock: Clock;
  readonly #log: Log;
  readonly #facts: Facts;
  readonly #states = new Map<string, RemedyState>();
  /** Those that were written by an earlier boot. */
  readonly #older = new Set<string>();
  readonly #writing = new Map<string, Promise<void>>();
  readonly #writtenAt = new Map<string, number>();

  constructor(clock: Clock, log: Log, facts: Facts) {
    this.#clock = clock;
    this.#log = log;
    this.#facts = facts;
    for (const fact of facts.names(GROUP)) this.#load(fact);
  }

  of(remedy: string): RemedyState {
    return this.#states.get(remedy) ?? FRESH;
  }

  set(remedy: string, state: RemedyState): void {
    this.#states.set(remedy, state);
  }

  names(): readonly string[] {
    return [...this.#states.keys()];
  }

  wasRebooted(remedy: string): boolean {
    return this.#older.has(remedy);
  }

  /** Resolves once the state as it is now, or a newer one, survives a power cut. */
  save(remedy: string): Promise<void> {
    const before = this.#writing.get(remedy) ?? Promise.resolve();
    const done = before.then(() => this.#write(remedy));
    this.#writing.set(
      remedy,
      done.catch(() => undefined),
    );
    return done;
  }

  /** Where a lost write only makes the next agent more careful than it must be. */
  async saveIfPossible(remedy: string): Promise<void> {
    try {
      await this.save(remedy);
    } catch (error) {
      this.#log.warn('remedies: state not written', { remedy, why: (error as Error).message });
    }
  }

  /**
   * Writes again what was last written `everyMs` ago: of the time that passes until a power cut no
   * more than that is not counted. Answers when the next time is.
   */
  keep(remedy: string, everyMs: number): readonly number[] {
    if (isFresh(this.of(remedy))) return [];
    const now = this.#clock.mono();
    const due = (this.#writtenAt.get(remedy) ?? now - everyMs) + everyMs;
    if (now < due) return [due];
    this.#writtenAt.set(remedy, now);
    void this.saveIfPossible(remedy);
    return [now + everyMs];
  }

  async forget(remedy: string): Promise<void> {
    this.#states.delete(remedy);
    await this.saveIfPossible(remedy);
  }

  #write(remedy: string): Promise<void> {
    const state = this.of(remedy);
    const name = `${GROUP}/${remedy}`;
    this.#writtenAt.set(remedy, this.#clock.mono());
    if (!isFresh(state)) return this.#facts.put(name, encodeState(state, this.#clock.mono()));
    return this.#facts.get(name) === undefined ? Promise.resolve() : this.#facts.remove(name);
  }

  #load(fact: string): void {
    const text = this.#facts.get(fact);
    const remedy = fact.slice(GROUP.length + 1);
    if (text === undefined) return;
    const mono = this.#clock.mono();
    const state = decodeState(text, mono);
    if (state === undefined) {
      this.#log.warn('remedies: state cannot be read and starts anew', { remedy });
      return;
    }
    this.#states.set(remedy, state);
    if (rebootedSince(text, mono)) this.#older.add(remedy);
  }
}
