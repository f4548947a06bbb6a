/** changes and resets: how often a sample differs from, or falls below, the one before it. */
import { anchorOf, modifierOf } from './extended-span.ts';
import type { FunctionContext, Sample, Window, WindowFunction } from './function.ts';
import { startedAnew } from './starts.ts';

type CountFloats = (window: Window, from: number) => number;
type SamplesDiffer = (now: Sample, before: Sample) => boolean;

/** NaN after NaN is no change. */
function countChanges({ values, end }: Window, from: number): number {
  let count = 0;
  let before = values[from] as number;
  for (let i = from + 1; i < end; i++) {
    const now = values[i] as number;
    if (now !== before && !(Number.isNaN(now) && Number.isNaN(before))) count++;
    before = now;
  }
  return count;
}

function countFalls({ values, end }: Window, from: number): number {
  let count = 0;
  let before = values[from] as number;
  for (let i = from + 1; i < end; i++) {
    const now = values[i] as number;
    if (now < before) count++;
    before = now;
  }
  return count;
}

type Anew = (window: Window, i: number) => boolean;

function countSamples(window: Window, from: number, differ: SamplesDiffer, anew: Anew): number {
  const { values, histograms, end } = window;
  const at = (i: number): Sample => histograms?.[i] ?? (values[i] as number);
  let count = 0;
  for (let i = from + 1; i < end; i++) {
    if (differ(at(i), at(i - 1)) || anew(window, i)) count++;
  }
  return count;
}

/** Under `anchored`, from the last sample before the range on. */
function counting(floats: CountFloats, samples: SamplesDiffer, anew: Anew): WindowFunction {
  const apply = (window: Window, _scalars: readonly number[], context: FunctionContext) => {
    const anchored = modifierOf(context.call) === 'anchored';
    const from = anchored ? anchorOf(window) : window.first;
    if (from === undefined) return undefined;
    return window.histograms === undefined && window.starts === undefined
      ? floats(window, from)
      : countSamples(window, from, samples, anew);
  };
  return { kind: 'window', rangeArg: 0, modifiers: ['anchored'], apply };
}

/** Between a float and a histogram there is always a change, and a reset. */
const changedSample: SamplesDiffer = (now, before) => {
  if (typeof now === 'number') return !Object.is(now, before) && now !== before;
  return typeof before === 'number' || !now.equals(before);
};
const fellSample: SamplesDiffer = (now, before) => {
  if (typeof now === 'number') return typeof before !== 'number' || now < before;
  return typeof before === 'number' || now.detectReset(before);
};

export const CHANGES: Readonly<Record<string, WindowFunction>> = {
  changes: counting(countChanges, changedSample, () => false),
  resets: counting(countFalls, fellSample, startedAnew),
};
