/**
 * `topk` and `bottomk`: for each group and step a heap of the best so far, so that no series is kept
 * longer than it takes to look at it.
 */
import type { LabelSet } from '../../../core/label-set.ts';
import { type Column, HISTOGRAM, NUMBER, put, type Sink } from '../column.ts';
import type { FoldContext } from './fold.ts';
import type { Group } from './grouping.ts';
import { Heaps } from './heaps.ts';
import type { Spread } from './spread.ts';

/** What it costs to empty a heap, in points. */
const HEAP = 50;

interface Member {
  readonly labels: LabelSet;
  readonly dropName: boolean;
}

export class TopK implements Spread {
  private readonly context: FoldContext;
  /** Bottom turns the values round: the best is always the greatest. */
  private readonly sign: number;
  private readonly limits: Float64Array;
  private readonly members: Member[] = [];
  private readonly groups: Heaps[] = [];

  constructor(context: FoldContext) {
    this.context = context;
    this.sign = context.node.op === 'topk' ? 1 : -1;
    this.limits = context.param.map(Math.trunc);
  }

  add(group: Group, column: Column): void {
    const { steps } = this.context;
    const { values, kinds, labels, dropName } = column;
    const { limits, sign } = this;
    let heaps = this.groups[group.index];
    if (heaps === undefined) {
      heaps = new Heaps(steps.count);
      this.groups.push(heaps);
    }
    const owner = this.members.push({ labels, dropName }) - 1;
    for (let i = 0; i < kinds.length; i++) {
      const kind = kinds[i];
      if (kind === NUMBER) {
        heaps.offer(i, sign * (values[i] as number), owner, limits[i] as number);
      } else if (kind === HISTOGRAM) this.ignore();
    }
    steps.give(column);
  }

  private ignore(): void {
    const { notes, node } = this.context;
    notes.info(`ignored histogram in ${node.op} aggregation`, node.span);
  }

  /** At a single step, the best of each group first. */
  async finish(sink: Sink): Promise<void> {
    const { steps, budget } = this.context;
    const columns = new Map<number, Column>();
    for (const heaps of this.groups) {
      for (let i = 0; i < steps.count; i++) {
        for (const { key, owner } of heaps.sorted(i)) {
          let column = columns.get(owner);
          if (column === undefined) {
            const { labels, dropName } = this.members[owner] as Member;
            column = steps.take(labels, dropName);
            columns.set(owner, column);
          }
          put(column, i, this.sign * key);
        }
        if (budget.spend(HEAP)) await budget.pause();
      }
    }
    for (const column of columns.values()) sink(column);
  }
}
