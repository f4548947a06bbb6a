/** What a window holds: floats, histograms or both. Series of floats only have no `histograms`. */
import type { FloatHistogram } from '../histogram/float-histogram.ts';
import type { FunctionContext, Window } from './function.ts';
import { informIgnored } from './notes.ts';

export function countHistograms({ histograms, first, end }: Window): number {
  if (histograms === undefined) return 0;
  let count = 0;
  for (let i = first; i < end; i++) if (histograms[i] !== undefined) count++;
  return count;
}

/** Of a window that holds nothing else. */
export const histogramsOf = ({ histograms = [], first, end }: Window): readonly FloatHistogram[] =>
  histograms.slice(first, end) as readonly FloatHistogram[];

/** The window without its histograms. */
function onlyFloats(window: Window): Window {
  const { histograms } = window;
  if (histograms === undefined || countHistograms(window) === 0) return window;
  const kept: number[] = [];
  for (let i = window.first; i < window.end; i++) if (histograms[i] === undefined) kept.push(i);
  return {
    ...window,
    times: Float64Array.from(kept, (i) => window.times[i] as number),
    values: Float64Array.from(kept, (i) => window.values[i] as number),
    histograms: undefined,
    first: 0,
    end: kept.length,
  };
}

/**
 * For functions that look at floats only: undefined without any. That histograms were passed over is
 * noted when there are floats too.
 */
export function floatsOf(window: Window, context: FunctionContext): Window | undefined {
  if (window.histograms === undefined) return window;
  const floats = onlyFloats(window);
  if (floats.first === floats.end) return undefined;
  if (floats !== window) informIgnored(context);
  return floats;
}
