/**
 * Which keys hold the chunks of some series: few ranges, with few chunks of others among them.
 * Each range costs a turn of LevelDB's, so neighbours are read together.
 */
import { chunkPrefix, type KeyRange, prefixRange } from '../../core/store/keys.ts';

/** A metric is read from the first to the last when at least one in so many of its series is wanted. */
const SCAN_SHARE = 8;
/** Wanted series with fewer others of the metric between them share a range: about a block of LevelDB's. */
const NEAR = 16;

/** Series of one metric, ids `first` to `last`. */
export interface SeriesRange {
  readonly metric: number;
  readonly first: number;
  readonly last: number;
  /** At most about so many have chunks in it. */
  readonly series: number;
}

export interface MetricsOf {
  metric(id: number): number;
  /** How many series a metric has. */
  count(metric: number): number;
  /** How many there are of all metrics: ids are given out as series come. */
  readonly total: number;
}

/** Ranges that hold all of these series (ascending ids); others of the metric may be in them too. */
export function seriesRanges(ids: Uint32Array, metrics: MetricsOf): SeriesRange[] {
  const byMetric = new Map<number, number[]>();
  for (const id of ids) {
    const metric = metrics.metric(id);
    const members = byMetric.get(metric);
    if (members === undefined) byMetric.set(metric, [id]);
    else members.push(id);
  }
  return Array.from(byMetric, ([metric, members]) => {
    const series = metrics.count(metric);
    // Of the ids between two, so many are of this metric.
    const share = Math.max(1, series) / Math.max(1, series, metrics.total);
    const [first, last] = [members[0] as number, members[members.length - 1] as number];
    const between = Math.min(series, Math.ceil((last - first + 1) * share));
    if (members.length > 1 && members.length * SCAN_SHARE >= between)
      return [{ metric, first, last, series: Math.max(members.length, between) }];
    return runs(metric, members, NEAR / share).map((run) => ({
      ...run,
      series: Math.max(1, Math.min(series, run.series)),
    }));
  }).flat();
}

/** The keys of a range of series in one window. */
export function keysOf(window: number, { metric, first, last }: SeriesRange): KeyRange {
  const { lt } = prefixRange(chunkPrefix(window, metric, last));
  return { gte: chunkPrefix(window, metric, first), lt };
}

function runs(metric: number, members: readonly number[], near: number): SeriesRange[] {
  const found: SeriesRange[] = [];
  let first = members[0] as number;
  let last = first;
  for (const id of members) {
    if (id - last > near) {
      found.push({ metric, first, last, series: last - first + 1 });
      first = id;
    }
    last = id;
  }
  found.push({ metric, first, last, series: last - first + 1 });
  return found;
}
