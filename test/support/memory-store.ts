/** A `SampleStore` in plain memory, for tests of what stands on the store. */

import { compileMatchers } from '../../collector/core/query/labels.ts';
import {
  type Cardinality,
  cardinalityOf,
  type LabelPair,
} from '../../collector/core/store/cardinality.ts';
import { compareText } from '../../collector/core/text.ts';
import type {
  Labels,
  Matcher,
  SampleStore,
  SeriesData,
  SeriesMeta,
} from '../../collector/ports.ts';

interface Stored {
  readonly id: number;
  readonly labels: Labels;
  times: number[];
  /** Bits, so that NaN payloads stay what they were. */
  bits: bigint[];
}

export class MemoryStore implements SampleStore {
  private readonly all = new Map<string, Stored>();
  private readonly meta = new Map<string, SeriesMeta>();

  /** For tests: adds samples to one series, in order. */
  feed(
    labels: Readonly<Record<string, string>>,
    samples: Iterable<readonly [number, number | bigint]>,
  ): void {
    const stored = this.open(new Map(Object.entries(labels)));
    for (const [time, value] of samples) {
      stored.times.push(time);
      stored.bits.push(typeof value === 'bigint' ? value : bitsOf(value));
    }
  }

  resolve(labels: Labels, meta: SeriesMeta): number {
    this.meta.set(labels.get('__name__') ?? '', meta);
    return this.open(labels).id;
  }

  append(): void {
    throw new Error('feed() is for tests');
  }

  accepting(): boolean {
    return true;
  }

  room(): undefined {
    return undefined;
  }

  busy(): boolean {
    return false;
  }

  select(matchers: readonly Matcher[], from: number, to: number): Promise<readonly SeriesData[]> {
    return Promise.resolve(
      this.matching(matchers)
        .map((one) => slice(one, from, to))
        .filter(hasSamples),
    );
  }

  async *portions(
    matchers: readonly Matcher[],
    from: number,
    to: number,
  ): AsyncGenerator<readonly SeriesData[]> {
    yield await this.select(matchers, from, to);
  }

  async series(matchers: readonly Matcher[], from: number, to: number): Promise<readonly Labels[]> {
    return (await this.select(matchers, from, to)).map(({ labels }) => labels);
  }

  async labelNames(
    matchers: readonly Matcher[],
    from: number,
    to: number,
  ): Promise<readonly string[]> {
    const found = await this.series(matchers, from, to);
    return [...new Set(found.flatMap((labels) => [...labels.keys()]))].sort();
  }

  async labelValues(
    name: string,
    matchers: readonly Matcher[],
    from: number,
    to: number,
  ): Promise<readonly string[]> {
    const found = await this.series(matchers, from, to);
    return [...new Set(found.flatMap((labels) => labels.get(name) ?? []))].sort();
  }

  metadata(): ReadonlyMap<string, SeriesMeta> {
    return this.meta;
  }

  cardinality(limit: number): Cardinality {
    const counts = new Map<string, LabelPair>();
    for (const { labels } of this.all.values()) {
      for (const [name, value] of labels) {
        const key = JSON.stringify([name, value]);
        counts.set(key, { name, value, count: (counts.get(key)?.count ?? 0) + 1 });
      }
    }
    return cardinalityOf(counts.values(), this.all.size, '__name__', limit);
  }

  rollups(): Promise<readonly []> {
    return Promise.resolve([]);
  }

  checkpoint(): Promise<number> {
    return Promise.resolve(0);
  }

  maintain(): Promise<void> {
    return Promise.resolve();
  }

  highestSeq(): number {
    return 0;
  }

  stats(): ReturnType<SampleStore['stats']> {
    return {
      series: this.all.size,
      seriesRefused: 0,
      samplesAppended: 0,
      samplesRefused: 0,
      refused: { tooOld: 0, future: 0, limit: 0, repeated: 0 },
      headSamples: 0,
      partitions: 0,
      diskBytes: 0,
      writable: true,
      quarantinedPartitions: [],
    };
  }

  close(): Promise<void> {
    return Promise.resolve();
  }

  private open(labels: Labels): Stored {
    const key = JSON.stringify([...labels].map(String).sort(compareText));
    const known = this.all.get(key);
    if (known !== undefined) return known;
    const fresh: Stored = { id: this.all.size + 1, labels, times: [], bits: [] };
    this.all.set(key, fresh);
    return fresh;
  }

  private matching(matchers: readonly Matcher[]): Stored[] {
    const test = compileMatchers(matchers);
    return [...this.all.values()].filter(({ labels }) => test(labels));
  }
}

function slice({ id, labels, times, bits }: Stored, from: number, to: number): SeriesData {
  const kept = times.flatMap((time, i) => (time >= from && time <= to ? [i] : []));
  const values = BigUint64Array.from(kept, (i) => bits[i] as bigint);
  return {
    id,
    labels,
    times: Float64Array.from(kept, (i) => times[i] as number),
    values: new Float64Array(values.buffer),
  };
}

function hasSamples({ times }: SeriesData): boolean {
  return times.length > 0;
}

function bitsOf(value: number): bigint {
  return new BigUint64Array(Float64Array.of(value).buffer)[0] as bigint;
}
