/** Bounded heaps, one for each step, in flat arrays: the least of the best on top. NaN is least. */

export interface Entry {
  readonly key: number;
  readonly owner: number;
}

export class Heaps {
  private readonly sizes: Int32Array;
  private room = 4;
  private keys: Float64Array;
  private owners: Int32Array;

  constructor(count: number) {
    this.sizes = new Int32Array(count);
    this.keys = new Float64Array(count * this.room);
    this.owners = new Int32Array(count * this.room);
  }

  /** Keeps at most `limit` of what is offered to the heap. */
  offer(heap: number, key: number, owner: number, limit: number): void {
    const size = this.sizes[heap] as number;
    if (size < limit) {
      if (size === this.room) this.grow();
      this.sizes[heap] = size + 1;
      this.rise(heap * this.room, size, key, owner);
    } else if (size > 0) {
      const top = this.keys[heap * this.room] as number;
      if (less(top, key)) this.sink(heap * this.room, size, key, owner);
    }
  }

  /** Best first. */
  sorted(heap: number): Entry[] {
    const base = heap * this.room;
    const entries = Array.from({ length: this.sizes[heap] as number }, (_, i) => ({
      key: this.keys[base + i] as number,
      owner: this.owners[base + i] as number,
    }));
    return entries.sort((a, b) => {
      if (less(b.key, a.key)) return -1;
      return less(a.key, b.key) ? 1 : a.owner - b.owner;
    });
  }

  private rise(base: number, from: number, key: number, owner: number): void {
    let at = from;
    while (at > 0) {
      const parent = (at - 1) >> 1;
      const above = this.keys[base + parent] as number;
      if (!less(key, above)) break;
      this.put(base + at, above, this.owners[base + parent] as number);
      at = parent;
    }
    this.put(base + at, key, owner);
  }

  private sink(base: number, size: number, key: number, owner: number): void {
    let at = 0;
    for (;;) {
      let child = at * 2 + 1;
      if (child >= size) break;
      if (
        child + 1 < size &&
        less(this.keys[base + child + 1] as number, this.keys[base + child] as number)
      ) {
        child++;
      }
      if (!less(this.keys[base + child] as number, key)) break;
      this.put(base + at, this.keys[base + child] as number, this.owners[base + child] as number);
      at = child;
    }
    this.put(base + at, key, owner);
  }

  private put(at: number, key: number, owner: number): void {
    this.keys[at] = key;
    this.owners[at] = owner;
  }

  private grow(): void {
    const before = this.room;
    const { keys, owners } = this;
    this.room = before * 2;
    this.keys = new Float64Array(this.sizes.length * this.room);
    this.owners = new Int32Array(this.sizes.length * this.room);
    for (let i = 0; i < this.sizes.length; i++) {
      this.keys.set(keys.subarray(i * before, (i + 1) * before), i * this.room);
      this.owners.set(owners.subarray(i * before, (i + 1) * before), i * this.room);
    }
  }
}

function less(a: number, b: number): boolean {
  return a < b || (Number.isNaN(a) && !Number.isNaN(b));
}
