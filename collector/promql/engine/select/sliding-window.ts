/** The window that moves over one series; the same object serves all steps and all series. */
import type { Window } from '../../functions/function.ts';
import type { FloatHistogram } from '../../histogram/float-histogram.ts';
import { type Margin, NO_MARGIN, type RangeSeries } from './range.ts';

const NOTHING = new Float64Array(0);

export class SlidingWindow implements Window {
  times: Float64Array = NOTHING;
  values: Float64Array = NOTHING;
  histograms: readonly (FloatHistogram | undefined)[] | undefined;
  starts: Float64Array | undefined;
  first = 0;
  end = 0;
  rangeStart = 0;
  rangeEnd = 0;
  private readonly rangeMs: number;
  private readonly margin: Margin;

  constructor(rangeMs: number, margin: Margin = NO_MARGIN) {
    this.rangeMs = rangeMs;
    this.margin = margin;
  }

  over({ times, values, histograms, starts }: RangeSeries): void {
    this.times = times;
    this.values = values;
    this.histograms = histograms;
    this.starts = starts;
    this.first = 0;
    this.end = 0;
  }

  /** To (to - range, to] and its margins; only ever forward. Whether anything is in it. */
  moveTo(to: number): boolean {
    const { times, margin } = this;
    const from = to - this.rangeMs;
    const after = from - margin.before;
    const until = to + margin.after;
    let { end, first } = this;
    while (end < times.length && (times[end] as number) <= until) end++;
    while (first < end && (times[first] as number) <= after) first++;
    this.end = end;
    this.first = first;
    this.rangeStart = from;
    this.rangeEnd = to;
    return first < end;
  }
}
