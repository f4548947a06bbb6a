/** Up to which age files must go so that the rest fits: 16 bytes of memory for each file. */

/** Files modified before go, and so many of those modified exactly then. */
export interface Cutoff {
  readonly before: number;
  atIt: number;
}

export const EVERYTHING: Cutoff = { before: Number.POSITIVE_INFINITY, atIt: 0 };
const FIRST_ROOM = 1024;

export class Tally {
  #times = new Float64Array(FIRST_ROOM);
  #sizes = new Float64Array(FIRST_ROOM);
  #count = 0;

  add(modifiedMs: number, bytes: number): void {
    if (this.#count === this.#times.length) {
      this.#times = grown(this.#times);
      this.#sizes = grown(this.#sizes);
    }
    this.#times[this.#count] = modifiedMs;
    this.#sizes[this.#count] = bytes;
    this.#count += 1;
  }

  /** `tooOld` goes whatever fits. */
  cutoff(maxBytes: number, maxFiles: number, tooOld: number): Cutoff {
    const times = this.#times;
    const sizes = this.#sizes;
    const order = Uint32Array.from({ length: this.#count }, (_, index) => index);
    order.sort((a, b) => (times[a] as number) - (times[b] as number));
    let bytes = order.reduce((sum, index) => sum + (sizes[index] as number), 0);
    let files = this.#count;
    let before = tooOld;
    let atIt = 0;
    for (const index of order) {
      const time = times[index] as number;
      if (time >= tooOld && bytes <= maxBytes && files <= maxFiles) break;
      bytes -= sizes[index] as number;
      files -= 1;
      if (time < tooOld) continue;
      atIt = time === before ? atIt + 1 : 1;
      before = time;
    }
    return { before, atIt };
  }
}

function grown(array: Float64Array): Float64Array<ArrayBuffer> {
  const larger = new Float64Array(array.length * 2);
  larger.set(array);
  return larger;
}
