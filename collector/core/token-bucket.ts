/**
 * A rate limit. With `take` it slows down rather than refuses: takers go into debt and wait until it
 * is paid. With `tryTake` it refuses.
 */
export class TokenBucket {
  readonly #perMs: number;
  readonly #capacity: number;
  #level: number;
  #at: number;

  /** Up to `burstSeconds` worth of tokens pile up while nobody takes any. */
  constructor(perSecond: number, burstSeconds: number, now: number) {
    this.#perMs = perSecond / 1000;
    this.#capacity = perSecond * burstSeconds;
    this.#level = this.#capacity;
    this.#at = now;
  }

  /** Takes tokens and answers for how many milliseconds to take no more. */
  take(count: number, now: number): number {
    this.#earn(now);
    this.#level -= count;
    return this.#level >= 0 ? 0 : -this.#level / this.#perMs;
  }

  /** Takes tokens if they are there. */
  tryTake(count: number, now: number): boolean {
    this.#earn(now);
    if (this.#level < count) return false;
    this.#level -= count;
    return true;
  }

  #earn(now: number): void {
    const earned = Math.max(0, now - this.#at) * this.#perMs;
    this.#level = Math.min(this.#capacity, this.#level + earned);
    this.#at = now;
  }
}
