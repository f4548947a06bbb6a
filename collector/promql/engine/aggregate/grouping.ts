/** Which group each series belongs to; decided once for each series, not for each step. */
import { LabelSet, METRIC_NAME } from '../../../core/label-set.ts';
import type { Aggregate } from '../../ast.ts';

export interface Group {
  /** Ascending from 0, in order of first appearance. */
  readonly index: number;
  readonly labels: LabelSet;
}

export class Grouping {
  private readonly without: boolean;
  private readonly names: ReadonlySet<string>;
  private readonly sorted: readonly string[];
  private readonly only: string | undefined;
  private readonly groups = new Map<string, Group>();

  constructor({ without, grouping }: Pick<Aggregate, 'without' | 'grouping'>) {
    this.without = without;
    this.names = new Set(without ? [...grouping, METRIC_NAME] : grouping);
    this.sorted = [...this.names].sort();
    this.only = !without && this.sorted.length === 1 ? this.sorted[0] : undefined;
  }

  of(labels: LabelSet): Group {
    const key = this.only === undefined ? this.keyOf(labels) : labels.get(this.only);
    let group = this.groups.get(key);
    if (group === undefined) {
      group = { index: this.groups.size, labels: this.labelsOf(labels) };
      this.groups.set(key, group);
    }
    return group;
  }

  private keyOf(labels: LabelSet): string {
    let key = '';
    if (!this.without) {
      for (const name of this.sorted) {
        const value = labels.get(name);
        key += `${value.length}:${value}`;
      }
      return key;
    }
    const { pairs } = labels;
    for (let i = 0; i < pairs.length; i += 2) {
      const name = pairs[i] as string;
      if (this.names.has(name)) continue;
      const value = pairs[i + 1] as string;
      key += `${name.length}:${name}${value.length}:${value}`;
    }
    return key;
  }

  private labelsOf(labels: LabelSet): LabelSet {
    if (this.names.size === 0) return LabelSet.EMPTY;
    return labels.filter((name) => this.names.has(name) !== this.without);
  }
}
