/**
 * Samples that no device has sent: remote write, recording rules, the collector's own metrics.
 *
 * They go through the journal under a topic that no device can use, so that what was answered for
 * survives a crash; the store tells by the journal's number what it already has.
 */
import { METRIC_NAME } from '../../core/label-set.ts';
import type { SampleSink, WrittenSeries } from '../../ports/samples.ts';
import type { Clock, Journal, JournalEntry, SampleStore, SeriesMeta } from '../../ports.ts';
import type { JournalHealth } from '../journal-health.ts';
import { decodeWritten, encodeWritten } from './codec.ts';
import { ColumnGroups, type IdentifiedSeries } from './column-groups.ts';

const TOPIC = '!write';
/** One entry has to stay well below what the journal takes for one. */
const SERIES_PER_ENTRY = 2_000;
const SAMPLES_PER_ENTRY = 100_000;

export interface OutsideSamplesDeps {
  readonly clock: Clock;
  readonly journal: Journal;
  readonly journalHealth: JournalHealth;
  readonly store: Pick<SampleStore, 'resolve' | 'append'>;
  /** The type and unit of a metric, where somebody has told them. */
  readonly metaOf?: (metric: string) => SeriesMeta | undefined;
}

const UNTYPED: SeriesMeta = { type: 'untyped', unit: '' };

export class OutsideSamples implements SampleSink {
  private readonly deps: OutsideSamplesDeps;
  private readonly groups = new ColumnGroups();

  constructor(deps: OutsideSamplesDeps) {
    this.deps = deps;
  }

  async write(series: readonly WrittenSeries[]): Promise<{ readonly refused: number }> {
    const written = await Promise.all(entriesOf(series).map((part) => this.journalled(part)));
    return { refused: written.reduce((sum, refused) => sum + refused, 0) };
  }

  /** Applies one of our entries again; answers false when it is none. */
  replay({ topic, payload, seq }: JournalEntry & { readonly seq: number }): boolean {
    if (topic !== TOPIC) return false;
    const series = decodeWritten(payload);
    if (series !== undefined) this.apply(series, seq);
    return true;
  }

  private async journalled(series: readonly WrittenSeries[]): Promise<number> {
    const { clock, journal, journalHealth } = this.deps;
    const entry = { topic: TOPIC, payload: encodeWritten(series), receivedAt: clock.wall() };
    let seq: number;
    try {
      seq = await journal.append(entry);
    } catch (error) {
      journalHealth.refused(error);
      throw error;
    }
    journalHealth.worked();
    return this.apply(series, seq);
  }

  /** How many samples limits refused. */
  private apply(series: readonly WrittenSeries[], seq: number): number {
    const { store, metaOf } = this.deps;
    const taken: IdentifiedSeries[] = [];
    let refused = 0;
    for (const { labels, times, values } of series) {
      const meta = metaOf?.(labels.get(METRIC_NAME)) ?? UNTYPED;
      const id = store.resolve(new Map(labels.entries()), meta, ownerOf(labels));
      if (id === 0) refused += times.length;
      else if (times.length > 0) taken.push({ id, times, values });
    }
    for (const { ids, block } of this.groups.place(taken)) store.append(seq, ids, [block]);
    return refused;
  }
}

/** Beside the device of that name itself: what others say of it must not use up its own room. */
function ownerOf(labels: WrittenSeries['labels']): string {
  return `outside/${labels.get('instance') || labels.get('device')}`;
}

function entriesOf(series: readonly WrittenSeries[]): WrittenSeries[][] {
  const entries: WrittenSeries[][] = [];
  let entry: WrittenSeries[] = [];
  let samples = 0;
  for (const one of series) {
    if (entry.length >= SERIES_PER_ENTRY || samples >= SAMPLES_PER_ENTRY) {
      entries.push(entry);
      entry = [];
      samples = 0;
    }
    entry.push(one);
    samples += one.times.length;
  }
  if (entry.length > 0) entries.push(entry);
  return entries;
}
