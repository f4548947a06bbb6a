/** How fast a file is fetched: a token bucket for the cap, and the patience with a slow server. Pure. */

/** Bytes that may come at once. */
const BURST_MS = 50;

export class TokenBucket {
  readonly #perMs: number;
  /** Until when what has come is paid for. */
  #paid = Number.NEGATIVE_INFINITY;

  constructor(bytesPerSecond: number) {
    this.#perMs = bytesPerSecond / 1000;
  }

  /** Takes note of what has come, and says how long to wait until more may. */
  take(bytes: number, now: number): number {
    this.#paid = Math.max(this.#paid, now - BURST_MS) + bytes / this.#perMs;
    return Math.max(0, this.#paid - now);
  }
}

/** A server that sends less than `least` bytes a second over a whole period is given up. */
export class Patience {
  readonly #least: number;
  #bytes = 0;
  #waited = 0;

  constructor(least: number) {
    this.#least = least;
  }

  came(bytes: number): void {
    this.#bytes += bytes;
  }

  /** The time in which we did not want more is not the server's fault. */
  waited(ms: number): void {
    this.#waited += ms;
  }

  /** At the end of each period. */
  isOver(periodMs: number): boolean {
    const expected = (this.#least * Math.max(0, periodMs - this.#waited)) / 1000;
    const slow = this.#bytes < expected;
    this.#bytes = 0;
    this.#waited = 0;
    return slow;
  }
}

/** Of one request: with a cap, what the kernel takes in ahead of us is lost by a cut, so less is asked for. */
export function windowOf(most: number | undefined): number {
  return most === undefined ? Number.POSITIVE_INFINITY : Math.max(65_536, most);
}
