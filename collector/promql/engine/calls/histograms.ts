/** `histogram_quantile`, `histogram_quantiles` and `histogram_fraction`, of classic and native ones. */
import { type LabelSet, METRIC_NAME } from '../../../core/label-set.ts';
import type { Call, Expr } from '../../ast.ts';
import { bucketFraction, bucketQuantile, type ClassicBucket } from '../../histogram/classic.ts';
import type { FloatHistogram } from '../../histogram/float-histogram.ts';
import { numberText } from '../../histogram/number-text.ts';
import { nativeFraction, nativeQuantile } from '../../histogram/quantile.ts';
import { bare } from '../bare.ts';
import { type Column, isEmpty, put, type Sink } from '../column.ts';
import type { Evaluator } from '../evaluator.ts';
import { MergingSink } from '../merge.ts';
import type { Steps } from '../steps.ts';
import { type BucketGroup, BucketGroups, named } from './bucket-groups.ts';
import { Monotonicity } from './monotonicity.ts';

/** What a function makes of one histogram at one step. */
interface Reading {
  /** Of the group's labels. */
  readonly rename?: (labels: LabelSet) => LabelSet;
  classic(buckets: readonly ClassicBucket[], metricName: string, step: number): number;
  native(histogram: FloatHistogram, metricName: string, step: number): number;
}

export async function streamFraction(
  ev: Evaluator,
  call: Call,
  steps: Steps,
  sink: Sink,
): Promise<void> {
  const [from, to, vector] = call.args as [Expr, Expr, Expr];
  const lower = await ev.scalar(from, steps);
  const upper = await ev.scalar(to, steps);
  const reading: Reading = {
    classic: (buckets, _name, i) => bucketFraction(lower[i] as number, upper[i] as number, buckets),
    native(histogram, name, i) {
      const { value, nan } = nativeFraction(lower[i] as number, upper[i] as number, histogram);
      const text =
        'input to histogram_fraction has NaN observations, which are excluded from all fractions';
      if (nan) ev.query.notes.info(text + named(name), from.span);
      return value;
    },
  };
  await streamReadings(ev, vector, steps, sink, [reading]);
}

export async function streamQuantile(
  ev: Evaluator,
  call: Call,
  steps: Steps,
  sink: Sink,
): Promise<void> {
  const [quantile, vector] = call.args as [Expr, Expr];
  const values = await quantiles(ev, quantile, steps);
  const monotonicity = new Monotonicity();
  const reading = quantileReading(ev, call, values, steps, monotonicity);
  await streamReadings(ev, vector, steps, sink, [reading]);
  monotonicity.report(ev.query.notes, vector.span);
}

/** One result for each quantile, told apart by a label. */
export async function streamQuantiles(
  ev: Evaluator,
  call: Call,
  steps: Steps,
  sink: Sink,
): Promise<void> {
  const [vector, label, ...rest] = call.args as [Expr, Expr, ...Expr[]];
  const text = bare(label);
  const name = text.kind === 'string' ? text.value : '';
  const monotonicity = new Monotonicity();
  const readings: Reading[] = [];
  for (const quantile of rest) {
    const values = await quantiles(ev, quantile, steps);
    const q = openMetricsNumber(values[0] as number);
    readings.push({
      ...quantileReading(ev, call, values, steps, monotonicity),
      rename: (labels) => labels.with(name, q),
    });
  }
  await streamReadings(ev, vector, steps, sink, readings);
  monotonicity.report(ev.query.notes, vector.span);
}

async function quantiles(ev: Evaluator, expr: Expr, steps: Steps): Promise<Float64Array> {
  const values = await ev.scalar(bare(expr), steps);
  for (const q of new Set(values)) {
    if (q >= 0 && q <= 1) continue;
    ev.query.notes.warn(
      `quantile value should be between 0 and 1, got ${numberText(q)}`,
      expr.span,
    );
  }
  return values;
}

function quantileReading(
  ev: Evaluator,
  call: Call,
  values: Float64Array,
  steps: Steps,
  monotonicity: Monotonicity,
): Reading {
  const { notes } = ev.query;
  const { span } = call.args[0] as Expr;
  return {
    classic(buckets, name, i) {
      const { value, forced } = bucketQuantile(values[i] as number, buckets);
      if (forced !== undefined) monotonicity.note(name, forced, steps.time(i));
      return value;
    },
    native(histogram, name, i) {
      const { value, nan } = nativeQuantile(values[i] as number, histogram);
      if (nan === undefined) return value;
      const effect = nan === 'result' ? 'result is NaN' : 'result is skewed higher';
      notes.info(`input to histogram_quantile has NaN observations, ${effect}${named(name)}`, span);
      return value;
    },
  };
}

async function streamReadings(
  ev: Evaluator,
  vector: Expr,
  steps: Steps,
  sink: Sink,
  readings: readonly Reading[],
): Promise<void> {
  const { notes, budget } = ev.query;
  const groups = new BucketGroups(notes, vector.span);
  const columns: Column[] = [];
  await ev.stream(bare(vector), steps, (column) => {
    columns.push(column);
    groups.add(column);
  });
  const merged = new MergingSink(steps);
  for (const group of groups.all()) {
    for (const column of read(group, groups, steps, readings)) {
      if (isEmpty(column)) steps.give(column);
      else merged.add(column);
    }
    const work = (group.bounds.length + 8) * steps.count * readings.length;
    if (budget.spend(work)) await budget.pause();
  }
  for (const column of columns) steps.give(column);
  await merged.drain(sink, budget);
}

function read(
  group: BucketGroup,
  groups: BucketGroups,
  steps: Steps,
  readings: readonly Reading[],
): Column[] {
  const name = group.labels.get(METRIC_NAME);
  const out = readings.map(({ rename }) =>
    steps.take(rename === undefined ? group.labels : rename(group.labels), true),
  );
  for (let i = 0; i < steps.count; i++) {
    const buckets = group.classicAt(i);
    const native = group.nativeAt(i);
    if (buckets.length > 0 && native !== undefined) {
      groups.warnMixed(group);
      continue;
    }
    readings.forEach((reading, index) => {
      if (native !== undefined) put(out[index] as Column, i, reading.native(native, name, i));
      else if (buckets.length > 0) {
        put(out[index] as Column, i, reading.classic(buckets, name, i));
      }
    });
  }
  return out;
}

/** With a fraction always: `1.0`. */
function openMetricsNumber(value: number): string {
  const text = numberText(value);
  return /[.eNI]/.test(text) ? text : `${text}.0`;
}
