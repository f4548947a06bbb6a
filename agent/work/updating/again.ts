/** When it is tried again: soon for what only holds it up, later and later for what went wrong. */
import type { Cancel, Clock } from '../../ports.ts';

const AGAIN_MS = { min: 60_000, max: 3_600_000 };
/** Whether what holds an update back is over. */
const HELD_MS = 15_000;

export class Again {
  readonly #clock: Clock;
  readonly #random: () => number;
  readonly #act: () => void;
  #cancel: Cancel = () => undefined;
  #waits = 0;
  #isStopped = false;

  constructor(clock: Clock, random: () => number, act: () => void) {
    this.#clock = clock;
    this.#random = random;
    this.#act = act;
  }

  later(): void {
    const bound = Math.min(AGAIN_MS.max, AGAIN_MS.min * 2 ** Math.min(this.#waits++, 10));
    this.in(bound * (0.5 + this.#random() / 2));
  }

  soon(): void {
    this.in(HELD_MS);
  }

  /** Somebody tries it just now. */
  cancel(): void {
    this.#cancel();
  }

  /** From here on it counts from the beginning. */
  reset(): void {
    this.#waits = 0;
  }

  stop(): void {
    this.#isStopped = true;
    this.#cancel();
  }

  in(ms: number): void {
    this.#cancel();
    if (!this.#isStopped) this.#cancel = this.#clock.after(ms, this.#act);
  }
}
