/** irate and idelta: the change between the last two samples of the window. */

import type { FloatHistogram } from '../histogram/float-histogram.ts';
import type { FunctionContext, Sample, Window, WindowFunction } from './function.ts';
import { combined } from './histogram-change.ts';
import { warnMixed, warnNot } from './notes.ts';
import { startedAnew } from './starts.ts';

function noteKind(
  from: FloatHistogram,
  to: FloatHistogram,
  counter: boolean,
  context: FunctionContext,
): void {
  const gauges = [from, to].filter(({ counterReset }) => counterReset === 'gauge').length;
  if (counter && gauges > 0) warnNot('counter', context);
  if (!counter && gauges < 2) warnNot('gauge', context);
}

function histogramChange(
  from: FloatHistogram,
  to: FloatHistogram,
  kind: { readonly counter: boolean; readonly anew: boolean },
  context: FunctionContext,
): FloatHistogram | undefined {
  noteKind(from, to, kind.counter, context);
  const reset = kind.anew || (kind.counter && to.detectReset(from));
  const change = reset ? to : combined(to.sub(from), 'subtraction', context);
  return change?.withCounterReset('gauge').compact();
}

function instantChange(
  window: Window,
  counter: boolean,
  context: FunctionContext,
): Sample | undefined {
  const { values, histograms, first, end } = window;
  if (end - first < 2) return undefined;
  const [from, to] = [histograms?.[end - 2], histograms?.[end - 1]];
  const anew = counter && startedAnew(window, end - 1);
  if (from === undefined && to === undefined) {
    const [before, last] = [values[end - 2] as number, values[end - 1] as number];
    return anew || (counter && last < before) ? last : last - before;
  }
  if (from === undefined || to === undefined) {
    warnMixed(context);
    return undefined;
  }
  return histogramChange(from, to, { counter, anew }, context);
}

function instantRate(window: Window, context: FunctionContext): Sample | undefined {
  const change = instantChange(window, true, context);
  if (change === undefined) return undefined;
  const { times, end } = window;
  const seconds = ((times[end - 1] as number) - (times[end - 2] as number)) / 1000;
  return typeof change === 'number' ? change / seconds : change.div(seconds);
}

export const INSTANT: Readonly<Record<string, WindowFunction>> = {
  irate: {
    kind: 'window',
    rangeArg: 0,
    apply: (window, _scalars, context) => instantRate(window, context),
  },
  idelta: {
    kind: 'window',
    rangeArg: 0,
    apply: (window, _scalars, context) => instantChange(window, false, context),
  },
};
