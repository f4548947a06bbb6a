/** rate, increase and delta: the change between the samples, stretched to the window's ends. */
import type { FloatHistogram } from '../histogram/float-histogram.ts';
import { extendedChange } from './extended.ts';
import { extendedHistogramChange } from './extended-histograms.ts';
import { type Modifier, modifierOf, type RateKind } from './extended-span.ts';
import type { FunctionContext, Sample, Window, WindowFunction } from './function.ts';
import { combined, histogramChange } from './histogram-change.ts';
import { informNonCounter, warnMixed } from './notes.ts';
import { countHistograms } from './samples.ts';
import { startedAnew, startWithin } from './starts.ts';

/** Ends are reached when a sample is missing there by no more than this share of the distance. */
const REACH = 1.1;

/**
 * By how much the change is to be multiplied. `value` is the first one of a counter, which is not
 * stretched to where it would have been below zero; `start`, if known, when it began in the window.
 */
function stretch(
  window: Window,
  counter: boolean,
  value: number,
  change: number,
  start: number | undefined,
): number {
  const { times, first, end, rangeStart, rangeEnd } = window;
  const from = times[first] as number;
  const to = times[end - 1] as number;
  const sampled = (to - (start ?? from)) / 1000;
  const distance = end - first > 1 ? (to - from) / 1000 / (end - 1 - first) : 0;
  let before = start === undefined ? (from - rangeStart) / 1000 : 0;
  let after = (rangeEnd - to) / 1000;
  if (start === undefined) {
    if (before >= distance * REACH) before = distance / 2;
    if (counter && change > 0 && value >= 0) {
      const sinceZero = sampled * (value / change);
      if (sinceZero < before) before = sinceZero;
    }
  }
  if (after >= distance * REACH) after = distance / 2;
  return (sampled + before + after) / sampled;
}

/** With what was there before each reset. */
function floatChange(window: Window, counter: boolean): number {
  const { values, starts, first, end } = window;
  let previous = values[first] as number;
  let change = (values[end - 1] as number) - previous;
  if (!counter) return change;
  for (let i = first + 1; i < end; i++) {
    const value = values[i] as number;
    if (value < previous || (starts !== undefined && startedAnew(window, i))) change += previous;
    previous = value;
  }
  return change;
}

const seconds = ({ rangeStart, rangeEnd }: Window): number => (rangeEnd - rangeStart) / 1000;

function floatRate(window: Window, { counter, perSecond }: RateKind): number | undefined {
  const start = counter ? startWithin(window) : undefined;
  if (start === undefined && window.end - window.first < 2) return undefined;
  const first = window.values[window.first] as number;
  const between = floatChange(window, counter);
  const change = start === undefined ? between : between + first;
  const factor = stretch(window, counter, first, change, start);
  return change * (perSecond ? factor / seconds(window) : factor);
}

function histogramRate(
  window: Window,
  { counter, perSecond }: RateKind,
  context: FunctionContext,
): FloatHistogram | undefined {
  const start = counter ? startWithin(window) : undefined;
  const many = window.end - window.first > 1;
  if (start === undefined && !many) return undefined;
  const first = window.histograms?.[window.first] as FloatHistogram;
  let change = many ? histogramChange(window, counter, context) : first.withCounterReset('gauge');
  if (many && start !== undefined) {
    change = change && combined(change.add(first), 'addition', context);
  }
  if (change === undefined) return undefined;
  const factor = stretch(window, counter, first.count, change.count, start);
  return change.mul(perSecond ? factor / seconds(window) : factor);
}

function extendedRate(
  window: Window,
  { counter, perSecond }: RateKind,
  modifier: Modifier,
  context: FunctionContext,
): Sample | undefined {
  const over = perSecond ? seconds(window) : 1;
  if (window.histograms !== undefined && countHistograms(window) > 0) {
    return extendedHistogramChange(window, counter, modifier, context)?.div(over);
  }
  const change = extendedChange(window, counter, modifier);
  return change === undefined ? undefined : change / over;
}

function rate(window: Window, kind: RateKind, context: FunctionContext): Sample | undefined {
  const histograms = countHistograms(window);
  if (histograms > 0 && histograms < window.end - window.first) {
    warnMixed(context);
    return undefined;
  }
  const modifier = modifierOf(context.call);
  if (modifier !== undefined) return extendedRate(window, kind, modifier, context);
  return histograms > 0 ? histogramRate(window, kind, context) : floatRate(window, kind);
}

const rateFunction = (kind: RateKind): WindowFunction => ({
  kind: 'window',
  rangeArg: 0,
  modifiers: ['anchored', 'smoothed'],
  apply(window, _scalars, context) {
    const sample = rate(window, kind, context);
    if (kind.counter && typeof sample === 'number') informNonCounter(context);
    return sample;
  },
});

export const EXTRAPOLATED: Readonly<Record<string, WindowFunction>> = {
  rate: rateFunction({ counter: true, perSecond: true }),
  increase: rateFunction({ counter: true, perSecond: false }),
  delta: rateFunction({ counter: false, perSecond: false }),
};
