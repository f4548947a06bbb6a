/**
 * Finds where bytes of a new file stand in an old one: a rolling hash of 24 bytes, kept for every
 * few positions of the old file, then grown in both directions.
 */

const WINDOW = 24;
const MULTIPLIER = 0x01000193;
const MOST_ENTRIES = 2 ** 22;
/** Positions with one hash that are compared; more of them are a repeating file. */
const MOST_CANDIDATES = 24;

export interface Match {
  readonly from: number;
  /** In the new file; at or before the position that was asked for. */
  readonly at: number;
  readonly length: number;
}

export class Matcher {
  readonly #old: Uint8Array;
  readonly #heads: Int32Array;
  readonly #next: Int32Array;
  readonly #step: number;
  readonly #mask: number;

  constructor(old: Uint8Array) {
    this.#old = old;
    this.#step = Math.max(1, Math.ceil(old.length / MOST_ENTRIES));
    const entries = Math.floor(old.length / this.#step) + 1;
    const size = 2 ** Math.ceil(Math.log2(Math.max(2, entries)));
    this.#mask = size - 1;
    this.#heads = new Int32Array(size).fill(-1);
    this.#next = new Int32Array(entries).fill(-1);
    this.#index();
  }

  /** The longest match that covers `at`; it may begin earlier, but not before `start`. */
  find(
    bytes: Uint8Array,
    hash: number,
    at: number,
    start: number,
    hint: number,
  ): Match | undefined {
    let best: Match | undefined;
    // Where the copy before would go on: mostly the right place, and cheapest to write down.
    if (hint + WINDOW <= this.#old.length) best = this.#grown(bytes, hint, at, start);
    let entry = this.#heads[this.#slot(hash)] ?? -1;
    for (let tries = 0; entry >= 0 && tries < MOST_CANDIDATES; tries++) {
      const found = this.#grown(bytes, entry * this.#step, at, start);
      if (found !== undefined && found.length > (best?.length ?? 0)) best = found;
      entry = this.#next[entry] ?? -1;
    }
    return best;
  }

  #index(): void {
    const old = this.#old;
    if (old.length < WINDOW) return;
    let hash = hashAt(old, 0);
    // Earlier positions come first in their chain, so files that repeat copy from the beginning.
    const slots = new Int32Array(this.#next.length).fill(-1);
    for (let at = 0; at + WINDOW <= old.length; at++) {
      if (at > 0) hash = rolled(hash, old, at);
      if (at % this.#step === 0) slots[at / this.#step] = this.#slot(hash);
    }
    for (let entry = slots.length - 1; entry >= 0; entry--) {
      const slot = slots[entry] ?? -1;
      if (slot < 0) continue;
      this.#next[entry] = this.#heads[slot] ?? -1;
      this.#heads[slot] = entry;
    }
  }

  #grown(bytes: Uint8Array, from: number, at: number, start: number): Match | undefined {
    const old = this.#old;
    let after = 0;
    while (at + after < bytes.length && old[from + after] === bytes[at + after]) after++;
    if (after < WINDOW) return undefined;
    let before = 0;
    while (
      at - before > start &&
      from > before &&
      old[from - before - 1] === bytes[at - before - 1]
    )
      before++;
    return { from: from - before, at: at - before, length: before + after };
  }

  #slot(hash: number): number {
    return ((hash >>> 15) ^ hash) & this.#mask;
  }
}

export { WINDOW };

export function hashAt(bytes: Uint8Array, at: number): number {
  let hash = 0;
  for (let i = 0; i < WINDOW; i++) hash = (Math.imul(hash, MULTIPLIER) + (bytes[at + i] ?? 0)) | 0;
  return hash;
}

/** The hash of the window at `at` from that of the one before. */
export function rolled(hash: number, bytes: Uint8Array, at: number): number {
  const gone = Math.imul(bytes[at - 1] ?? 0, OUT);
  return (Math.imul((hash - gone) | 0, MULTIPLIER) + (bytes[at + WINDOW - 1] ?? 0)) | 0;
}

/** MULTIPLIER to the power of WINDOW - 1. */
const OUT = Array.from({ length: WINDOW - 1 }).reduce<number>(
  (power) => Math.imul(power, MULTIPLIER),
  1,
);
