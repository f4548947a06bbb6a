/**
 * Groups from one thread to another through shared memory, one writer and one reader. A group is its
 * number of words and the words; one that does not fit before the end begins at the start.
 */

export interface RingMemory {
  readonly data: SharedArrayBuffer;
  readonly control: SharedArrayBuffer;
}

/** Word of `control`: where the next group is written, where it is read, whether the reader sleeps. */
const WRITE = 0;
const READ = 1;
const ASLEEP = 2;
const TO_START = -1;

export function ringMemory(megabytes: number): RingMemory {
  const control = new SharedArrayBuffer(16);
  new Int32Array(control)[ASLEEP] = 1;
  return { data: new SharedArrayBuffer(megabytes * 1_048_576), control };
}

export class Ring {
  private readonly words: Float64Array;
  private readonly control: Int32Array;

  constructor({ data, control }: RingMemory) {
    this.words = new Float64Array(data);
    this.control = new Int32Array(control);
  }

  /** Where a group of so many words is to be written; `undefined`: there is no room now. */
  room(words: number): Float64Array | undefined {
    const { control } = this;
    const read = Atomics.load(control, READ);
    let at = control[WRITE] ?? 0;
    // One word stays free, so that full is not taken for empty.
    if (at >= read && at + words + 2 > this.words.length) {
      if (words + 2 > read) return undefined;
      this.words[at] = TO_START;
      at = 0;
    } else if (at < read && at + words + 2 > read) return undefined;
    this.words[at] = words;
    return this.words.subarray(at + 1, at + 1 + words);
  }

  /** What `room` gave is written. Answers whether the reader has to be woken. */
  publish(group: Float64Array): boolean {
    Atomics.store(this.control, WRITE, group.byteOffset / 8 + group.length);
    return Atomics.exchange(this.control, ASLEEP, 0) === 1;
  }

  /** The next group; its memory is the writer's again at `release`. */
  next(): Float64Array | undefined {
    let at = Atomics.load(this.control, READ);
    if (at === Atomics.load(this.control, WRITE)) return undefined;
    if (this.words[at] === TO_START) at = 0;
    const words = this.words[at] ?? 0;
    return this.words.subarray(at + 1, at + 1 + words);
  }

  release(group: Float64Array): void {
    Atomics.store(this.control, READ, group.byteOffset / 8 + group.length);
  }

  /** Answers whether the reader may sleep: the writer wakes it from now on. */
  sleep(): boolean {
    Atomics.store(this.control, ASLEEP, 1);
    if (Atomics.load(this.control, READ) === Atomics.load(this.control, WRITE)) return true;
    return Atomics.exchange(this.control, ASLEEP, 0) === 0;
  }
}
