/** Samples as the source hands them over: loading, counting, finding, and knowing markers. */
import { STALE_BITS } from '../../../core/stale.ts';
import type { Matcher } from '../../../core/store/model.ts';
import type { SourceSeries, SourceSpan } from '../../source.ts';
import type { QueryState } from '../evaluator.ts';

const STALE_HIGH = Number(STALE_BITS >> 32n);
const STALE_LOW = Number(STALE_BITS & 0xffff_ffffn);

/** Samples in (after, to], some series at a time: those of one portion are gone with the next. */
export async function* load(
  query: QueryState,
  matchers: readonly Matcher[],
  after: number,
  to: number,
): AsyncGenerator<readonly SourceSeries[]> {
  query.budget.check();
  const { budget } = query;
  let held = 0;
  // The limit must hold while the source reads: afterwards it would all be in memory already.
  const take = (read: number): void => {
    held += read;
    budget.hold(read);
  };
  for await (const series of portions(query, matchers, { from: after + 1, to }, take)) {
    let samples = 0;
    for (const one of series) samples += one.times.length;
    budget.release(held);
    held = 0;
    budget.load(samples);
    yield series;
    budget.release(samples);
  }
}

async function* portions(
  { source, budget }: QueryState,
  matchers: readonly Matcher[],
  span: SourceSpan,
  take: (samples: number) => void,
): AsyncGenerator<readonly SourceSeries[]> {
  if (source.portions === undefined) yield await source.select(matchers, span, budget.abort, take);
  else yield* source.portions(matchers, span, budget.abort, take);
}

/** Markers are told by their bits: a NaN may change its payload on the way through a number. */
export function isStale(values: Float64Array, index: number): boolean {
  const bits = new Uint32Array(values.buffer, values.byteOffset + index * 8, 2);
  return bits[1] === STALE_HIGH && bits[0] === STALE_LOW;
}

/** Index of the last time at or before `time`; -1 when there is none. */
export function lastAt(times: Float64Array, time: number): number {
  let low = 0;
  let high = times.length;
  while (low < high) {
    const middle = (low + high) >>> 1;
    if ((times[middle] as number) <= time) low = middle + 1;
    else high = middle;
  }
  return low - 1;
}

/** Without staleness markers. */
export function withoutMarkers(series: SourceSeries): SourceSeries {
  const { values } = series;
  let kept: number[] | undefined;
  for (let i = 0; i < values.length; i++) {
    const value = values[i] as number;
    // Only a NaN can be a marker, and only where no histogram stands.
    if (Number.isNaN(value) && series.histograms?.[i] === undefined && isStale(values, i)) {
      kept ??= Array.from({ length: i }, (_, before) => before);
    } else kept?.push(i);
  }
  return kept === undefined ? series : pick(series, kept);
}

function pick(series: SourceSeries, kept: number[]): SourceSeries {
  const { labels, times, values, histograms, starts } = series;
  const of = (column: Float64Array) => Float64Array.from(kept, (index) => column[index] as number);
  return {
    labels,
    times: of(times),
    values: of(values),
    ...(histograms === undefined ? {} : { histograms: kept.map((index) => histograms[index]) }),
    ...(starts === undefined ? {} : { starts: of(starts) }),
  };
}
