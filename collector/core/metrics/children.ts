/** What counts: one counter, gauge or histogram with fixed label values. */
import { formatNumber } from './exposition.ts';

export type Pairs = readonly (readonly [string, string])[];

/** Takes one sample of a child: its full name, its labels, its value. */
export type Emit = (name: string, labels: Pairs, value: number) => void;

export interface Child {
  emit(name: string, labels: Pairs, emit: Emit): void;
}

export class Counter implements Child {
  private total = 0;

  inc(by = 1): void {
    // A counter that falls is a restart to whoever reads it: worse than a missed count.
    if (by >= 0) this.total += by;
  }

  /** Takes over a total that is counted elsewhere; lower values are ignored. */
  follow(total: number): void {
    if (total > this.total) this.total = total;
  }

  get value(): number {
    return this.total;
  }

  emit(name: string, labels: Pairs, emit: Emit): void {
    emit(name, labels, this.total);
  }
}

export class Gauge implements Child {
  private current = 0;
  private source: (() => number) | undefined;

  set(value: number): void {
    this.current = value;
  }

  inc(by = 1): void {
    this.current += by;
  }

  dec(by = 1): void {
    this.current -= by;
  }

  /** From now on the value is asked for when somebody looks. */
  follow(source: () => number): void {
    this.source = source;
  }

  get value(): number {
    return this.source?.() ?? this.current;
  }

  emit(name: string, labels: Pairs, emit: Emit): void {
    emit(name, labels, this.value);
  }
}

export class Histogram implements Child {
  private readonly bounds: readonly number[];
  private readonly counts: number[];
  private sum = 0;

  constructor(bounds: readonly number[]) {
    if (bounds.some((bound, i) => i > 0 && bound <= (bounds[i - 1] as number))) {
      throw new RangeError('histogram buckets must ascend');
    }
    this.bounds = [...bounds, Number.POSITIVE_INFINITY];
    this.counts = this.bounds.map(() => 0);
  }

  observe(value: number): void {
    if (Number.isNaN(value)) return;
    const index = this.bounds.findIndex((bound) => value <= bound);
    this.counts[index] = (this.counts[index] ?? 0) + 1;
    this.sum += value;
  }

  emit(name: string, labels: Pairs, emit: Emit): void {
    let below = 0;
    this.bounds.forEach((bound, index) => {
      below += this.counts[index] ?? 0;
      emit(`${name}_bucket`, [...labels, ['le', formatNumber(bound)]], below);
    });
    emit(`${name}_sum`, labels, this.sum);
    emit(`${name}_count`, labels, below);
  }
}
