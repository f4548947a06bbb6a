/** Lists of 32-bit numbers that grow: what an array of JavaScript numbers costs twice over. */
export class NumberList {
  length = 0;
  /** May be longer than the list: read it before the next `push`. */
  data: Uint32Array;

  constructor(capacity = 4) {
    this.data = new Uint32Array(capacity);
  }

  push(value: number): void {
    if (this.length === this.data.length) {
      const grown = new Uint32Array(Math.max(4, Math.ceil(this.data.length * 1.6)));
      grown.set(this.data);
      this.data = grown;
    }
    this.data[this.length++] = value;
  }

  /** Makes room for so many more. */
  reserve(count: number): void {
    const wanted = this.length + count;
    if (wanted <= this.data.length) return;
    const grown = new Uint32Array(wanted);
    grown.set(this.data.subarray(0, this.length));
    this.data = grown;
  }

  at(index: number): number {
    return this.data[index] as number;
  }

  set(index: number, value: number): void {
    while (this.length <= index) this.push(0);
    this.data[index] = value;
  }

  /** Puts a number into a list that ascends, where it belongs. */
  insert(value: number): void {
    const at = gallop(this.view(), 0, value);
    if (at < this.length && this.at(at) === value) return;
    this.push(value);
    this.data.copyWithin(at + 1, at, this.length - 1);
    this.data[at] = value;
  }

  /** Keeps what the test says, in its order. */
  filter(keep: (value: number) => boolean): void {
    let count = 0;
    for (let i = 0; i < this.length; i++) {
      const value = this.data[i] as number;
      if (keep(value)) this.data[count++] = value;
    }
    this.length = count;
    if (count * 4 < this.data.length) this.data = this.data.slice(0, Math.max(4, count));
  }

  /** What is in it now, without a copy: read it before the next `push`. */
  view(): Uint32Array {
    return this.data.subarray(0, this.length);
  }
}

/** Sorted sets of ids. */
export function intersect(a: Uint32Array, b: Uint32Array): Uint32Array {
  if (a.length > b.length) return intersect(b, a);
  const out = new Uint32Array(a.length);
  let count = 0;
  let at = 0;
  for (const id of a) {
    at = gallop(b, at, id);
    if (at === b.length) break;
    if (b[at] === id) out[count++] = id;
  }
  return out.subarray(0, count);
}

export function subtract(a: Uint32Array, b: Uint32Array): Uint32Array {
  const out = new Uint32Array(a.length);
  let count = 0;
  let at = 0;
  for (const id of a) {
    at = gallop(b, at, id);
    if (b[at] !== id) out[count++] = id;
  }
  return out.subarray(0, count);
}

/** `limit` is above every id. */
export function union(lists: readonly Uint32Array[], limit: number): Uint32Array {
  if (lists.length <= 1) return lists[0] ?? new Uint32Array();
  let total = 0;
  for (const list of lists) total += list.length;
  // Few ids: sorting them is cheaper than a mark for every series there is.
  if (total < limit >> 5) return sortedUnique(lists, total);
  const marks = new Uint8Array(limit);
  for (const list of lists) for (const id of list) marks[id] = 1;
  const out = new Uint32Array(Math.min(total, limit));
  let count = 0;
  for (let id = 0; id < limit; id++) if (marks[id] === 1) out[count++] = id;
  return out.subarray(0, count);
}

function sortedUnique(lists: readonly Uint32Array[], total: number): Uint32Array {
  const out = new Uint32Array(total);
  let at = 0;
  for (const list of lists) {
    out.set(list, at);
    at += list.length;
  }
  out.sort();
  let count = 0;
  for (let i = 0; i < total; i++)
    if (i === 0 || out[i] !== out[i - 1]) out[count++] = out[i] as number;
  return out.subarray(0, count);
}

/** First index from `from` on whose element is at least `id`: doubling steps, then bisection. */
function gallop(list: Uint32Array, from: number, id: number): number {
  let step = 1;
  let low = from;
  let high = from;
  while (high < list.length && (list[high] as number) < id) {
    low = high + 1;
    high += step;
    step *= 2;
  }
  high = Math.min(high, list.length);
  while (low < high) {
    const middle = (low + high) >>> 1;
    if ((list[middle] as number) < id) low = middle + 1;
    else high = middle;
  }
  return low;
}
