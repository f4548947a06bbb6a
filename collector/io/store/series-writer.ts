/**
 * Writes the series index: what is new, what is forgotten, what has ended. The caller holds the
 * store's lock. Each batch tells how many series there are, so that a hole that damage has made is
 * told from one that was left by a forgotten series.
 */
import type { SeriesId } from '../../core/store/model.ts';
import type { SeriesLife } from '../../core/store/series-life.ts';
import {
  COUNT_KEY,
  encodeCount,
  encodeEnded,
  encodeSeries,
  encodeText,
  INDEX_KIND,
  indexKey,
} from '../../core/store/series-record.ts';
import type { SeriesTable } from '../../core/store/series-table.ts';
import type { StringTable } from '../../core/store/strings.ts';
import { Batch } from './batch.ts';
import { breathe } from './lock.ts';
import type { SeriesFolder } from './series-folder.ts';

/** In one batch: a large fleet at once would be a hundred megabytes. */
const AT_ONCE = 2_000;
/** Encoded at a stretch, in which nothing else runs: about a millisecond. */
const STRETCH = 250;

export class SeriesWriter {
  private readonly folder: SeriesFolder;
  private readonly strings: StringTable;
  private readonly table: SeriesTable;
  private readonly life: SeriesLife;
  private savedTexts = 0;
  private savedSeries = 0;
  /** Series on disk: those up to `savedSeries`, without holes and forgotten ones. */
  private stored = 0;
  /** Forgotten ones that came back. */
  private readonly back = new Set<SeriesId>();

  constructor(folder: SeriesFolder, strings: StringTable, table: SeriesTable, life: SeriesLife) {
    this.folder = folder;
    this.strings = strings;
    this.table = table;
    this.life = life;
  }

  /** The disk has all that the tables hold. */
  allSaved(): void {
    this.savedTexts = this.strings.size;
    this.savedSeries = this.table.size;
    this.stored = this.life.listed;
  }

  isSaved(id: SeriesId): boolean {
    return id <= this.savedSeries && !this.back.has(id);
  }

  again(id: SeriesId): void {
    if (id <= this.savedSeries) this.back.add(id);
  }

  async flush(pause = breathe): Promise<void> {
    const texts = this.strings.size;
    const series = this.table.size;
    const back = [...this.back];
    if (texts === this.savedTexts && series === this.savedSeries && back.length === 0) return;
    // Texts before the series that name them.
    while (texts - this.savedTexts > AT_ONCE)
      await this.save(this.savedTexts + AT_ONCE, this.savedSeries, [], pause);
    while (series - this.savedSeries > AT_ONCE)
      await this.save(texts, this.savedSeries + AT_ONCE, [], pause);
    await this.save(texts, series, back, pause);
  }

  /** What is not saved up to this text and this series, and those that came back. */
  private async save(
    texts: number,
    series: number,
    back: readonly SeriesId[],
    pause: () => Promise<void>,
  ): Promise<void> {
    const batch = new Batch();
    for (let n = this.savedTexts + 1; n <= texts; n++) {
      const text = this.strings.text(n);
      const key = indexKey(INDEX_KIND.text, n);
      if (text !== '') batch.put(key, encodeText(key, text));
      if (n % STRETCH === 0) await pause();
    }
    let stored = this.stored;
    for (let id = this.savedSeries + 1; id <= series; id++) {
      stored += this.putSeries(batch, id);
      if (id % STRETCH === 0) await pause();
    }
    for (const id of back) stored += this.putSeries(batch, id);
    batch.put(COUNT_KEY, encodeCount({ texts, lastSeries: series, series: stored }));
    await this.folder.writeBoth(batch, pause);
    this.savedTexts = texts;
    this.savedSeries = series;
    this.stored = stored;
    for (const id of back) this.back.delete(id);
  }

  /** Only of saved ones. */
  async forget(ids: readonly SeriesId[]): Promise<void> {
    const stored = this.stored - ids.length;
    const batch = new Batch();
    for (const id of ids) batch.del(indexKey(INDEX_KIND.series, id));
    const count = { texts: this.savedTexts, lastSeries: this.savedSeries, series: stored };
    batch.put(COUNT_KEY, encodeCount(count));
    await this.folder.writeBoth(batch);
    this.stored = stored;
    const ends = new Batch();
    for (const id of ids) ends.del(indexKey(INDEX_KIND.ended, id));
    await this.folder.write(ends);
  }

  async noteEnds(ids: readonly SeriesId[]): Promise<void> {
    const batch = new Batch();
    const days = ids.map((id) => this.life.lastDay(id));
    for (const [i, id] of ids.entries()) {
      const key = indexKey(INDEX_KIND.ended, id);
      batch.put(key, encodeEnded(key, days[i] as number));
    }
    await this.folder.write(batch);
    // One that was used meanwhile has another last day.
    for (const [i, id] of ids.entries())
      if (this.life.lastDay(id) === days[i]) this.life.note(id, days[i] as number);
  }

  private putSeries(batch: Batch, id: SeriesId): number {
    if (!this.life.isListed(id)) return 0;
    const key = indexKey(INDEX_KIND.series, id);
    batch.put(key, encodeSeries(key, this.table.record(id)));
    return 1;
  }
}
