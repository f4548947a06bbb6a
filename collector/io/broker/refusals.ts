/** Counts what the broker refuses, and tells about it without filling the log. */
import type { Clock, Log, LogFields } from '../../ports.ts';

const WINDOW_MS = 60_000;
/** Lines in one window, whoever causes them: client ids are free to invent. */
const MAX_LINES = 100;

export class Refusals {
  readonly counts = new Map<string, number>();
  readonly #log: Log | undefined;
  readonly #clock: Clock;
  #told = new Set<string>();
  #since = Number.NEGATIVE_INFINITY;

  constructor(log: Log | undefined, clock: Clock) {
    this.#log = log;
    this.#clock = clock;
  }

  /** One line for each client and reason in a minute; every one counts. */
  note(reason: string, client: string, fields: LogFields = {}): void {
    this.counts.set(reason, (this.counts.get(reason) ?? 0) + 1);
    if (this.#log === undefined) return;
    const now = this.#clock.mono();
    if (now - this.#since >= WINDOW_MS) {
      this.#told = new Set();
      this.#since = now;
    }
    const key = `${reason} ${client}`;
    if (this.#told.size >= MAX_LINES || this.#told.has(key)) return;
    this.#told.add(key);
    this.#log.warn('broker: refused', { reason, client, ...fields });
  }
}
