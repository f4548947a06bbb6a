/** Sum and mean of native histograms, as `sum`, `avg` and their kin over time need them. */
import { type Compensated, compensated, plus, scaledSum, settled } from './compensated.ts';
import { FloatHistogram } from './float-histogram.ts';

abstract class HistogramTotal {
  protected running: Compensated;
  protected count = 1;
  private readonly resets = new Set<string>();

  constructor(first: FloatHistogram) {
    this.running = compensated(first);
    this.resets.add(first.counterReset);
  }

  /** False: one has custom buckets and the other has not; nothing was added. */
  add(histogram: FloatHistogram): boolean {
    this.resets.add(histogram.counterReset);
    this.count++;
    const next = this.next(histogram);
    if (next === undefined) return false;
    this.running = next;
    return true;
  }

  protected abstract next(histogram: FloatHistogram): Compensated | undefined;

  abstract get value(): FloatHistogram;

  /** There were resets and non-resets among them: a warning. */
  get collided(): boolean {
    return this.resets.has('reset') && this.resets.has('not-reset');
  }

  /** Custom bounds differed, the shared ones are left: an info. */
  get reconciled(): boolean {
    return this.running.reconciled;
  }
}

export class HistogramSum extends HistogramTotal {
  protected next(histogram: FloatHistogram): Compensated | undefined {
    return plus(this.running, histogram);
  }

  get value(): FloatHistogram {
    return settled(this.running);
  }
}

/** The sum divided by the count; from where the sum would overflow on, a mean that is moved along. */
export class HistogramMean extends HistogramTotal {
  private moving = false;

  protected next(histogram: FloatHistogram): Compensated | undefined {
    const { count } = this;
    if (!this.moving) {
      const sum = plus(this.running, histogram);
      if (sum === undefined || !FloatHistogram.of(sum.sum).overflows) return sum;
      this.moving = true;
      this.running = scaledSum(this.running, (n) => n / (count - 1));
    }
    const share = (count - 1) / count;
    return plus(
      scaledSum(this.running, (n) => n * share),
      histogram.div(count),
    );
  }

  get value(): FloatHistogram {
    const { count } = this;
    return settled(this.moving ? this.running : scaledSum(this.running, (n) => n / count));
  }
}
