/**
 * All series in memory: labels as pairs of numbers in one long list, found again by hash. A map of
 * strings for each series would cost ten times as much, and the index is rebuilt at every start.
 */
import { type Labels, METRIC, type SeriesId, type SeriesMeta } from './model.ts';
import { NumberList } from './numbers.ts';
import type { StringTable } from './strings.ts';

const TYPES = ['untyped', 'counter', 'gauge'] as const;

/** A series as numbers of the string table. */
export interface SeriesRecord {
  readonly type: number;
  readonly unit: number;
  readonly owner: number;
  /** Name, value, name, value, ...: by name, in the order of the names' numbers. */
  readonly pairs: Uint32Array;
}

export class SeriesTable {
  readonly strings: StringTable;
  private readonly pool = new NumberList(1024);
  /** By id: where its pairs begin in `pool`; the next id's begin is their end. */
  private readonly begins = new NumberList(1024);
  private readonly metrics = new NumberList(1024);
  private readonly owners = new NumberList(1024);
  private readonly units = new NumberList(1024);
  private readonly types = new NumberList(1024);
  private slots = new Uint32Array(4096);
  private readonly metricLabel: number;

  constructor(strings: StringTable) {
    this.strings = strings;
    this.metricLabel = strings.intern(METRIC);
    for (const column of [this.begins, this.metrics, this.owners, this.units, this.types])
      column.push(0);
    this.begins.push(0);
  }

  /** Ids are 1 to `size`. */
  get size(): number {
    return this.metrics.length - 1;
  }

  /** The pairs of a label set whose texts are all known. Notes none: who asks may be refused. */
  knownPairs(labels: Labels): Uint32Array | undefined {
    return this.numbered(labels, (text) => this.strings.find(text));
  }

  /** The pairs of a label set, to be passed to `find` and `add`. Empty values mean "no label". */
  pairsOf(labels: Labels): Uint32Array {
    return this.numbered(labels, (text) => this.strings.intern(text)) ?? new Uint32Array();
  }

  find(pairs: Uint32Array): SeriesId | undefined {
    const mask = this.slots.length - 1;
    for (let slot = hash(pairs, 0, pairs.length) & mask; ; slot = (slot + 1) & mask) {
      const id = this.slots[slot] as number;
      if (id === 0) return undefined;
      if (same(this.pairs(id), pairs)) return id;
    }
  }

  /** Makes room for so many series, and so many numbers of labels. */
  reserve(series: number, words: number): void {
    this.pool.reserve(words);
    for (const column of [this.begins, this.metrics, this.owners, this.units, this.types])
      column.reserve(series);
    let slots = this.slots.length;
    while (slots < series * 2) slots *= 2;
    if (this.size === 0) this.slots = new Uint32Array(slots);
  }

  add({ type, unit, owner, pairs }: SeriesRecord): SeriesId {
    const id = this.metrics.length;
    let metric = 0;
    for (let i = 0; i < pairs.length; i += 2) {
      this.pool.push(pairs[i] as number);
      this.pool.push(pairs[i + 1] as number);
      if (pairs[i] === this.metricLabel) metric = pairs[i + 1] as number;
    }
    this.begins.push(this.pool.length);
    this.metrics.push(metric);
    this.owners.push(owner);
    this.units.push(unit);
    this.types.push(type);
    this.insert(id);
    return id;
  }

  /** Takes an id for a series whose labels are lost: no label set finds it. */
  addLost(): void {
    for (const column of [this.metrics, this.owners, this.units, this.types]) column.push(0);
    this.begins.push(this.pool.length);
  }

  record(id: SeriesId): SeriesRecord {
    return {
      type: this.types.at(id),
      unit: this.units.at(id),
      owner: this.owners.at(id),
      pairs: this.pairs(id),
    };
  }

  pairs(id: SeriesId): Uint32Array {
    return this.pool.data.subarray(this.begins.at(id), this.begins.at(id + 1));
  }

  /** The number of the metric's name: the middle of a chunk's key. */
  metric(id: SeriesId): number {
    return this.metrics.at(id);
  }

  owner(id: SeriesId): number {
    return this.owners.at(id);
  }

  meta(id: SeriesId): SeriesMeta {
    return {
      type: TYPES[this.types.at(id)] ?? 'untyped',
      unit: this.strings.text(this.units.at(id)),
    };
  }

  labels(id: SeriesId): Labels {
    const pairs = this.pairs(id);
    const labels = new Map<string, string>();
    for (let i = 0; i < pairs.length; i += 2) {
      labels.set(this.strings.text(pairs[i] as number), this.strings.text(pairs[i + 1] as number));
    }
    return labels;
  }

  private numbered(
    labels: Labels,
    numberOf: (text: string) => number | undefined,
  ): Uint32Array | undefined {
    const pairs = new Uint32Array(labels.size * 2);
    let length = 0;
    for (const [name, value] of labels) {
      if (value === '') continue;
      const key = numberOf(name);
      const number = numberOf(value);
      if (key === undefined || number === undefined) return undefined;
      // By the names' numbers. Labels are few and mostly in order: this is what a start does most.
      let at = length;
      for (; at > 0 && (pairs[at - 2] as number) > key; at -= 2) {
        pairs[at] = pairs[at - 2] as number;
        pairs[at + 1] = pairs[at - 1] as number;
      }
      pairs[at] = key;
      pairs[at + 1] = number;
      length += 2;
    }
    return pairs.subarray(0, length);
  }

  private insert(id: SeriesId): void {
    if (this.metrics.length * 2 > this.slots.length) {
      this.slots = new Uint32Array(this.slots.length * 2);
      for (let old = 1; old < id; old++) this.place(old);
    }
    this.place(id);
  }

  private place(id: SeriesId): void {
    const begin = this.begins.at(id);
    const end = this.begins.at(id + 1);
    if (begin === end) return;
    const mask = this.slots.length - 1;
    let slot = hash(this.pool.data, begin, end) & mask;
    while (this.slots[slot] !== 0) slot = (slot + 1) & mask;
    this.slots[slot] = id;
  }
}

export function typeNumber(type: SeriesMeta['type']): number {
  return TYPES.indexOf(type);
}

function hash(words: Uint32Array, from: number, to: number): number {
  let value = 0x811c9dc5;
  for (let i = from; i < to; i++) {
    value = Math.imul(value ^ (words[i] as number), 0x01000193);
    value ^= value >>> 15;
  }
  return value >>> 0;
}

function same(a: Uint32Array, b: Uint32Array): boolean {
  if (a.length !== b.length) return false;
  for (let i = 0; i < a.length; i++) if (a[i] !== b[i]) return false;
  return true;
}
