/**
 * A rate limit that slows down rather than refuses: takers go into debt and wait until it is paid.
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
    const earned = Math.max(0, now - this.#at) * this.#perMs;
    this.#level = Math.min(this.#capacity, this.#level + earned) - count;
    this.#at = now;
    return this.#level >= 0 ? 0 : -this.#level / this.#perMs;
  }
}
