/** Classic histograms of a `load_with_nhcb` as native ones with custom buckets. */
import { type LabelSet, METRIC_NAME } from '../../collector/core/label-set.ts';
import { CUSTOM_SCHEMA } from '../../collector/promql/histogram/bounds.ts';
import { denseBuckets } from '../../collector/promql/histogram/buckets.ts';
import { FloatHistogram } from '../../collector/promql/histogram/float-histogram.ts';
import { type LoadCommand, type LoadedSeries, ScriptError } from './script.ts';

export interface NativeSeries {
  readonly labels: LabelSet;
  /** By the index of the step. */
  readonly samples: ReadonlyMap<number, FloatHistogram>;
}

interface Classic {
  readonly buckets: Map<number, number>;
  count?: number;
  sum?: number;
}

interface Group {
  readonly labels: LabelSet;
  readonly samples: Map<number, Classic>;
}

const SUFFIX = /^(.*)_(bucket|count|sum)$/s;
const LE = /^[+-]?(?:\d+\.?\d*(?:e[+-]?\d+)?|\.\d+(?:e[+-]?\d+)?|inf)$/i;

export function nativeHistograms({ series, line }: LoadCommand): readonly NativeSeries[] {
  const groups = new Map<string, Group>();
  for (const one of series) collect(one, groups);
  return [...groups.values()].map(({ labels, samples }) => ({
    labels,
    samples: new Map(
      [...samples].map(([step, classic]) => [step, converted(classic, labels, line)]),
    ),
  }));
}

function collect({ labels, values }: LoadedSeries, groups: Map<string, Group>): void {
  const [, base, suffix] = SUFFIX.exec(labels.get(METRIC_NAME)) ?? [];
  if (base === undefined) return;
  const bound = suffix === 'bucket' ? boundOf(labels.get('le')) : Number.NaN;
  if (suffix === 'bucket' && Number.isNaN(bound)) return;
  const own = labels.with(METRIC_NAME, base).with('le', '');
  const group = groups.get(own.key) ?? { labels: own, samples: new Map<number, Classic>() };
  groups.set(own.key, group);
  values.forEach((value, step) => {
    if (typeof value !== 'number') return;
    const classic = group.samples.get(step) ?? { buckets: new Map<number, number>() };
    group.samples.set(step, classic);
    if (suffix === 'count') classic.count = value;
    else if (suffix === 'sum') classic.sum = value;
    else if (!classic.buckets.has(bound)) classic.buckets.set(bound, value);
  });
}

function boundOf(le: string): number {
  if (!LE.test(le)) return Number.NaN;
  return Number(le.toLowerCase().replace('inf', 'Infinity'));
}

function converted(classic: Classic, labels: LabelSet, line: number): FloatHistogram {
  const buckets = [...classic.buckets].sort(([a], [b]) => a - b);
  const count = classic.count ?? buckets.at(-1)?.[1];
  const refuse = (why: string): never => {
    throw new ScriptError(line, `${labels.get(METRIC_NAME)} is no classic histogram: ${why}`);
  };
  if (count === undefined) return refuse('it has neither buckets nor a count');
  if (buckets.at(-1)?.[0] !== Number.POSITIVE_INFINITY) {
    buckets.push([Number.POSITIVE_INFINITY, count]);
  }
  const own = buckets.map(([, cumulative], i) => cumulative - (buckets[i - 1]?.[1] ?? 0));
  if (own.some((n) => n < 0)) return refuse('its buckets are not cumulative');
  if (buckets.at(-1)?.[1] !== count) return refuse('its +Inf bucket is not its count');
  return FloatHistogram.of({
    schema: CUSTOM_SCHEMA,
    count,
    sum: classic.sum ?? 0,
    positive: denseBuckets(0, own),
    customBounds: buckets.slice(0, -1).map(([bound]) => bound),
  }).compact();
}
