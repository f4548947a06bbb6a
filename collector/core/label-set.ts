/** A set of labels as queries, rules and alerts carry it: sorted, without empty values, compared by `key`. */
import { compareText } from './text.ts';

export const METRIC_NAME = '__name__';

type Pair = readonly [name: string, value: string];

export class LabelSet {
  static readonly EMPTY = new LabelSet([]);

  /** name, value, name, value, …; names ascending by code unit, each once, no value empty. */
  readonly pairs: readonly string[];
  private text: string | undefined;

  private constructor(pairs: readonly string[]) {
    this.pairs = pairs;
  }

  /** Any order; of a name given twice the last counts; empty values mean "no such label". */
  static of(entries: Iterable<Pair>): LabelSet {
    const given = new Map(entries);
    const kept = [...given].filter(([, value]) => value !== '');
    return new LabelSet(kept.sort(([a], [b]) => compareText(a, b)).flat());
  }

  static fromObject(labels: Readonly<Record<string, string>>): LabelSet {
    return LabelSet.of(Object.entries(labels));
  }

  /** Trusts its caller: `pairs` is as the field says. */
  static fromSorted(pairs: readonly string[]): LabelSet {
    return pairs.length === 0 ? LabelSet.EMPTY : new LabelSet(pairs);
  }

  /** Equal sets have equal keys, and no others. */
  get key(): string {
    this.text ??= this.pairs.map((part) => `${part.length}:${part}`).join('');
    return this.text;
  }

  get size(): number {
    return this.pairs.length / 2;
  }

  /** '' when there is no such label. */
  get(name: string): string {
    const { pairs } = this;
    for (let i = 0; i < pairs.length; i += 2) {
      if (pairs[i] === name) return pairs[i + 1] as string;
    }
    return '';
  }

  has(name: string): boolean {
    return this.get(name) !== '';
  }

  /** An empty value takes the label away. */
  with(name: string, value: string): LabelSet {
    if (this.get(name) === value) return this;
    return LabelSet.of([...this.entries(), [name, value]]);
  }

  /** Those whose name passes. */
  filter(keep: (name: string) => boolean): LabelSet {
    const { pairs } = this;
    const kept: string[] = [];
    for (let i = 0; i < pairs.length; i += 2) {
      if (keep(pairs[i] as string)) kept.push(pairs[i] as string, pairs[i + 1] as string);
    }
    return kept.length === pairs.length ? this : LabelSet.fromSorted(kept);
  }

  withoutName(): LabelSet {
    return this.filter((name) => name !== METRIC_NAME);
  }

  *entries(): Generator<Pair> {
    const { pairs } = this;
    for (let i = 0; i < pairs.length; i += 2) yield [pairs[i] as string, pairs[i + 1] as string];
  }

  toObject(): Record<string, string> {
    return Object.fromEntries(this.entries());
  }

  /** By the first name or value that differs, shorter first: Prometheus' order of series. */
  static compare(a: LabelSet, b: LabelSet): number {
    const shared = Math.min(a.pairs.length, b.pairs.length);
    for (let i = 0; i < shared; i++) {
      const order = compareText(a.pairs[i] as string, b.pairs[i] as string);
      if (order !== 0) return order;
    }
    return a.pairs.length - b.pairs.length;
  }
}
