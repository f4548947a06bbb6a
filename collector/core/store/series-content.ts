/** What the index holds on disk, as flat lists of numbers: a million records are no million objects. */
import type { SeriesId } from './model.ts';
import { NumberList } from './numbers.ts';
import { decodeSeries, type IndexCount } from './series-record.ts';

export class SeriesContent {
  readonly texts = new Map<number, string>();
  /** Ascending. */
  readonly ids = new NumberList(1024);
  /** Type, unit, owner, name, value, name, value, ... of one series after the other. */
  readonly words = new NumberList(4096);
  count: IndexCount | undefined;
  /** Nothing in it was unreadable, and nothing is missing. */
  whole = true;
  private readonly begins = new NumberList(1024);

  /** Ids must come in ascending order. */
  take(id: SeriesId, key: Uint8Array, record: Uint8Array): void {
    const begin = this.words.length;
    if (decodeSeries(key, record, this.words)) this.close(id, begin);
    else this.whole = false;
  }

  begin(place: number): number {
    return this.begins.at(place);
  }

  end(place: number): number {
    return place + 1 < this.begins.length ? this.begins.at(place + 1) : this.words.length;
  }

  get lastId(): SeriesId {
    return this.ids.length === 0 ? 0 : this.ids.at(this.ids.length - 1);
  }

  /** All that either has: records never change, so whoever has one is right. */
  joined(other: SeriesContent): SeriesContent {
    const all = new SeriesContent();
    all.whole = false;
    for (const source of [other, this])
      for (const [number, text] of source.texts) all.texts.set(number, text);
    all.count = laterCount(this.count, other.count);
    for (let a = 0, b = 0; a < this.ids.length || b < other.ids.length; ) {
      const left = a < this.ids.length ? this.ids.at(a) : Number.POSITIVE_INFINITY;
      const right = b < other.ids.length ? other.ids.at(b) : Number.POSITIVE_INFINITY;
      if (left <= right) all.copy(this, a++);
      else all.copy(other, b++);
      if (left === right) b++;
    }
    return all;
  }

  private copy(from: SeriesContent, place: number): void {
    const begin = this.words.length;
    for (let at = from.begin(place); at < from.end(place); at++) this.words.push(from.words.at(at));
    this.close(from.ids.at(place), begin);
  }

  private close(id: SeriesId, begin: number): void {
    this.ids.push(id);
    this.begins.push(begin);
  }
}

function laterCount(a: IndexCount | undefined, b: IndexCount | undefined): IndexCount | undefined {
  if (a === undefined || b === undefined) return a ?? b;
  return {
    texts: Math.max(a.texts, b.texts),
    lastSeries: Math.max(a.lastSeries, b.lastSeries),
    series: Math.max(a.series, b.series),
  };
}
