/** rate, increase and delta: the change between the samples, stretched to the window's ends. */
import type { FloatHistogram } from '../histogram/float-histogram.ts';
import { extendedRate, modifierOf, type RateKind } from './extended.ts';
import type { FunctionContext, Sample, Window, WindowFunction } from './function.ts';
import { histogramChange } from './histogram-change.ts';
import { informNonCounter, warnMixed } from './notes.ts';
import { countHistograms, histogramsOf } from './samples.ts';

/** Ends are reached when a sample is missing there by no more than this share of the distance. */
const REACH = 1.1;

/**
 * By how much the change between first and last sample is to be multiplied. `start` is the first
 * value of a counter, which is not stretched to where it would have been below zero.
 */
function stretch(window: Window, counter: boolean, start: number, change: number): number {
  const { times, first, end, rangeStart, rangeEnd } = window;
  const from = times[first] as number;
  const to = times[end - 1] as number;
  const sampled = (to - from) / 1000;
  const distance = sampled / (end - 1 - first);
  let before = (from - rangeStart) / 1000;
  let after = (rangeEnd - to) / 1000;
  if (before >= distance * REACH) before = distance / 2;
  if (counter && change > 0 && start >= 0) {
    const sinceZero = sampled * (start / change);
    if (sinceZero < before) before = sinceZero;
  }
  if (after >= distance * REACH) after = distance / 2;
  return (sampled + before + after) / sampled;
}

/** With what was there before each reset. */
function floatChange({ values, first, end }: Window, counter: boolean): number {
  let previous = values[first] as number;
  let change = (values[end - 1] as number) - previous;
  if (!counter) return change;
  for (let i = first + 1; i < end; i++) {
    const value = values[i] as number;
    if (value < previous) change += previous;
    previous = value;
  }
  return change;
}

const seconds = ({ rangeStart, rangeEnd }: Window): number => (rangeEnd - rangeStart) / 1000;

function floatRate(
  window: Window,
  { counter, perSecond }: RateKind,
  context: FunctionContext,
): number {
  const change = floatChange(window, counter);
  const factor = stretch(window, counter, window.values[window.first] as number, change);
  if (counter) informNonCounter(context);
  return change * (perSecond ? factor / seconds(window) : factor);
}

function histogramRate(
  window: Window,
  { counter, perSecond }: RateKind,
  context: FunctionContext,
): FloatHistogram | undefined {
  const points = histogramsOf(window);
  const change = histogramChange(points, counter, context);
  if (change === undefined) return undefined;
  const start = (points[0] as FloatHistogram).count;
  const factor = stretch(window, counter, start, change.count);
  return change.mul(perSecond ? factor / seconds(window) : factor);
}

function rate(window: Window, kind: RateKind, context: FunctionContext): Sample | undefined {
  const modifier = modifierOf(context.call);
  if (modifier !== undefined) return extendedRate(window, kind, modifier, context);
  const samples = window.end - window.first;
  const histograms = countHistograms(window);
  if (histograms > 0 && histograms < samples) {
    warnMixed(context);
    return undefined;
  }
  if (samples < 2) return undefined;
  return histograms > 0 ? histogramRate(window, kind, context) : floatRate(window, kind, context);
}

const rateFunction = (kind: RateKind): WindowFunction => ({
  kind: 'window',
  rangeArg: 0,
  modifiers: ['anchored', 'smoothed'],
  apply: (window, _scalars, context) => rate(window, kind, context),
});

export const EXTRAPOLATED: Readonly<Record<string, WindowFunction>> = {
  rate: rateFunction({ counter: true, perSecond: true }),
  increase: rateFunction({ counter: true, perSecond: false }),
  delta: rateFunction({ counter: false, perSecond: false }),
};
