/** Calls a function of the registry on one window or sample, and collects its notes. */
import { Annotations } from '../../../collector/promql/annotations.ts';
import type { Call, Expr, VectorSelector } from '../../../collector/promql/ast.ts';
import type {
  FunctionContext,
  Sample,
  Window,
} from '../../../collector/promql/functions/function.ts';
import { FUNCTIONS } from '../../../collector/promql/functions/index.ts';
import type { FloatHistogram } from '../../../collector/promql/histogram/float-histogram.ts';

const SPAN = { start: 0, end: 1 };

export interface WindowOptions {
  readonly rangeStart?: number;
  readonly rangeEnd?: number;
  readonly modifier?: 'anchored' | 'smoothed';
  readonly scalars?: readonly number[];
  readonly metricName?: string;
  readonly time?: number;
}

export interface Outcome {
  readonly sample: Sample | undefined;
  readonly warnings: readonly string[];
  readonly infos: readonly string[];
}

/** Seconds and samples. */
export type Point = readonly [number, Sample];

function range(modifier: 'anchored' | 'smoothed' | undefined): Expr {
  const selector: VectorSelector = {
    kind: 'selector',
    span: SPAN,
    name: 'm',
    matchers: [],
    offsetMs: 0,
    ...(modifier === undefined ? {} : { modifier }),
  };
  return { kind: 'matrix', span: SPAN, selector, rangeMs: 0 };
}

export function contextOf(name: string, options: WindowOptions): FunctionContext {
  const call: Call = {
    kind: 'call',
    span: SPAN,
    name,
    args: [range(options.modifier)],
    nameSpan: SPAN,
  };
  return {
    notes: new Annotations(() => '1:1'),
    call,
    argSpan: () => SPAN,
    metricName: options.metricName ?? 'm_total',
    time: options.time ?? options.rangeEnd ?? 0,
  };
}

export function windowOf(points: readonly Point[], options: WindowOptions = {}): Window {
  const histograms: (FloatHistogram | undefined)[] = [];
  points.forEach(([, sample], i) => {
    if (typeof sample !== 'number') histograms[i] = sample;
  });
  const times = Float64Array.from(points, ([time]) => time * 1000);
  return {
    times,
    values: Float64Array.from(points, ([, sample]) => (typeof sample === 'number' ? sample : 0)),
    histograms: histograms.length > 0 ? histograms : undefined,
    first: 0,
    end: points.length,
    rangeStart: (options.rangeStart ?? 0) * 1000,
    rangeEnd: options.rangeEnd === undefined ? (times.at(-1) ?? 0) : options.rangeEnd * 1000,
  };
}

export function overWindow(
  name: string,
  points: readonly Point[],
  options: WindowOptions = {},
): Outcome {
  const fn = FUNCTIONS.get(name);
  if (fn?.kind !== 'window') throw new Error(`${name} is no function of windows`);
  const context = contextOf(name, options);
  const sample = fn.apply(windowOf(points, options), options.scalars ?? [], context);
  return { sample, warnings: context.notes.warnings, infos: context.notes.infos };
}

export function ofSample(name: string, sample: Sample, scalars: readonly number[] = []) {
  const fn = FUNCTIONS.get(name);
  if (fn?.kind !== 'sample') throw new Error(`${name} is no function of samples`);
  return fn.apply(sample, scalars, contextOf(name, {}));
}

/** The values at times 0, 10, 20, … seconds. */
export const every10s = (...samples: readonly Sample[]): readonly Point[] =>
  samples.map((sample, i): Point => [i * 10, sample]);
