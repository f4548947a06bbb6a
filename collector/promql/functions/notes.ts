/** What functions warn of and inform about, as Prometheus words it. */
import { quote } from '../quote.ts';
import type { FunctionContext } from './function.ts';

export function warnMixed(context: FunctionContext): void {
  const text = `encountered a mix of histograms and floats for metric name ${quote(context.metricName)}`;
  context.notes.warn(text, context.argSpan(0));
}

export function warnMixedBuckets(context: FunctionContext): void {
  const text =
    'vector contains a mix of histograms with exponential and custom buckets schemas for metric name ' +
    quote(context.metricName);
  context.notes.warn(text, context.argSpan(0));
}

/** Also the span is that of the first argument, whichever argument the range is. */
export function informIgnored(context: FunctionContext): void {
  const text =
    'ignored histograms in a range containing both floats and histograms for metric name ' +
    quote(context.metricName);
  context.notes.info(text, context.argSpan(0));
}

export function warnNot(kind: 'counter' | 'gauge', context: FunctionContext): void {
  const text = `this native histogram metric is not a ${kind}: ${quote(context.metricName)}`;
  context.notes.warn(text, context.argSpan(0));
}

export type HistogramOperation = 'addition' | 'subtraction' | 'aggregation';

export function informReconciled(during: HistogramOperation, context: FunctionContext): void {
  const text = `mismatched custom buckets were reconciled during ${during}`;
  context.notes.info(text, context.argSpan(0));
}

export function warnCollided(during: HistogramOperation, context: FunctionContext): void {
  context.notes.warn(`conflicting counter resets during histogram ${during}`, context.argSpan(0));
}

const COUNTER_SUFFIX = /_(?:total|sum|count|bucket)$/;
/** The last note of its kind: one is made per series, not per window. */
const informed = new WeakMap<object, { name: string; call: object }>();

/** A rate of something that does not look like a counter. */
export function informNonCounter(context: FunctionContext): void {
  const { metricName: name, notes, call } = context;
  if (name === '' || COUNTER_SUFFIX.test(name)) return;
  const last = informed.get(notes);
  if (last?.name === name && last.call === call) return;
  informed.set(notes, { name, call });
  const text =
    'metric might not be a counter, name does not end in _total/_sum/_count/_bucket: ' +
    quote(name);
  notes.info(text, context.argSpan(0));
}
