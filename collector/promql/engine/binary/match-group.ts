/**
 * The series of both sides that share a signature, step by step: here a side may change from one
 * series to another, be filled in, hold histograms, or be ambiguous.
 */
import type { LabelSet } from '../../../core/label-set.ts';
import { QueryError } from '../../../core/query/types.ts';
import type { Sample } from '../../functions/function.ts';
import { ABSENT, type Column, isEmpty, put, type Sink, sampleAt } from '../column.ts';
import type { Steps } from '../steps.ts';
import type { Combination, Combiner } from './elements.ts';
import type { Pairing } from './pairing.ts';
import { labelsText, matchedLabels } from './signature.ts';

const MULTIPLE =
  'multiple matches for labels: many-to-one matching must be explicit (group_left/group_right)';
const NOT_UNIQUE = 'multiple matches for labels: grouping labels must ensure unique matches';

interface Result {
  readonly column: Column;
  /** Steps at which a pair has come to this result, even if the comparison then dropped it. */
  readonly claimed: Uint8Array;
}

export class MatchGroup {
  private readonly steps: Steps;
  private readonly pairing: Pairing;
  private readonly combiner: Combiner;
  private readonly ones: readonly Column[];
  private readonly manys: readonly Column[];
  /** Which of `ones` is present at each step, or -1. */
  private readonly owner: Int32Array;
  /** Steps at which the one side found a partner. */
  private readonly matched: Uint8Array;
  private readonly results = new Map<string, Result>();

  constructor(
    steps: Steps,
    pairing: Pairing,
    combiner: Combiner,
    ones: readonly Column[],
    manys: readonly Column[],
  ) {
    this.steps = steps;
    this.pairing = pairing;
    this.combiner = combiner;
    this.ones = ones;
    this.manys = manys;
    this.owner = new Int32Array(steps.count).fill(-1);
    this.matched = new Uint8Array(steps.count);
  }

  /** `allMany`: the whole many side, for a duplicate is no error where that is empty. */
  run(allMany: readonly Column[], out: Sink): void {
    this.ones.forEach((column, index) => {
      this.own(column, index, allMany);
    });
    for (const many of this.manys) this.matchMany(many);
    if (this.pairing.manyFill !== undefined) this.fillMany(this.pairing.manyFill);
    for (const { column } of this.results.values()) {
      if (isEmpty(column)) this.steps.give(column);
      else out(column);
    }
  }

  private own(column: Column, index: number, allMany: readonly Column[]): void {
    for (let i = 0; i < this.owner.length; i++) {
      if (column.kinds[i] === ABSENT) continue;
      const before = this.ones[this.owner[i] as number];
      const matters = () => this.pairing.fills || allMany.some(({ kinds }) => kinds[i] !== ABSENT);
      if (before !== undefined && matters()) this.refuse(column, before);
      this.owner[i] = index;
    }
  }

  private refuse({ labels }: Column, before: Column): never {
    const group = labelsText(matchedLabels(labels, this.pairing.matching));
    const side = this.pairing.swapped ? 'left' : 'right';
    throw new QueryError(
      'execution',
      `found duplicate series for the match group ${group} on the ${side} hand-side of the operation: ` +
        `[${labelsText(labels)}, ${labelsText(before.labels)}];` +
        'many-to-many matching not allowed: matching labels must be unique on one side',
    );
  }

  private matchMany(many: Column): void {
    const { oneFill } = this.pairing;
    const targets = new Map<number, Result>();
    for (let i = 0; i < this.owner.length; i++) {
      if (many.kinds[i] === ABSENT) continue;
      const owner = this.owner[i] as number;
      const one = this.ones[owner];
      if (one === undefined && oneFill === undefined) continue;
      const other = one === undefined ? (oneFill as number) : sampleAt(one, i);
      const combined = this.combine(sampleAt(many, i), other);
      if (combined === undefined) continue;
      let target = targets.get(owner);
      if (target === undefined) {
        const labels = one?.labels ?? matchedLabels(many.labels, this.pairing.matching);
        target = this.result(many.labels, labels, many.dropName);
        targets.set(owner, target);
      }
      this.claim(target, i);
      this.write(target.column, i, combined);
    }
  }

  private fillMany(fill: number): void {
    for (let i = 0; i < this.owner.length; i++) {
      const one = this.ones[this.owner[i] as number];
      if (one === undefined || this.matched[i] === 1) continue;
      const combined = this.combine(fill, sampleAt(one, i));
      if (combined === undefined) continue;
      const labels = matchedLabels(one.labels, this.pairing.matching);
      const target = this.result(labels, one.labels, false);
      this.claim(target, i);
      this.write(target.column, i, combined);
    }
  }

  private combine(many: Sample, one: Sample): Combination | undefined {
    return this.pairing.swapped
      ? this.combiner.combine(one, many)
      : this.combiner.combine(many, one);
  }

  private result(many: LabelSet, one: LabelSet, dropName: boolean): Result {
    const labels = this.pairing.resultLabels(many, one);
    let result = this.results.get(labels.key);
    if (result === undefined) {
      const column = this.steps.take(labels, this.pairing.dropsName(dropName));
      result = { column, claimed: new Uint8Array(this.steps.count) };
      this.results.set(labels.key, result);
    }
    return result;
  }

  private claim({ claimed }: Result, step: number): void {
    if (this.pairing.oneToOne) {
      if (this.matched[step] === 1) throw new QueryError('execution', MULTIPLE);
    } else if (claimed[step] === 1) throw new QueryError('execution', NOT_UNIQUE);
    this.matched[step] = 1;
    claimed[step] = 1;
  }

  private write(column: Column, step: number, { sample, keep }: Combination): void {
    if (this.pairing.bool) put(column, step, keep ? 1 : 0);
    else if (keep) put(column, step, sample);
  }
}
