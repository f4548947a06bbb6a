/** One sample with another, histograms too; what does not fit is noted and yields nothing. */

import type { Annotations } from '../../annotations.ts';
import type { Binary, BinaryOp } from '../../ast.ts';
import type { Sample } from '../../functions/function.ts';
import type { FloatHistogram } from '../../histogram/float-histogram.ts';
import { combineHistograms, scaleHistogram } from './histograms.ts';
import { calculate, holds, isArithmetic, isComparison } from './kernel.ts';

export interface Combination {
  /** Of a comparison: the left sample. */
  readonly sample: Sample;
  /** Of a comparison: whether it holds. */
  readonly keep: boolean;
}

export class Combiner {
  readonly op: BinaryOp;
  private readonly node: Binary;
  private readonly notes: Annotations;

  constructor(node: Binary, notes: Annotations) {
    this.op = node.op;
    this.node = node;
    this.notes = notes;
  }

  /** `undefined` when the two do not go together. */
  combine(left: Sample, right: Sample): Combination | undefined {
    if (typeof left === 'number') {
      return typeof right === 'number' ? this.numbers(left, right) : this.mixed(left, right);
    }
    return typeof right === 'number' ? this.mixed(left, right) : this.histograms(left, right);
  }

  private numbers(left: number, right: number): Combination | undefined {
    if (isArithmetic(this.op)) return { sample: calculate(this.op, left, right), keep: true };
    if (isComparison(this.op)) return { sample: left, keep: holds(this.op, left, right) };
    return this.incompatible('float', 'float');
  }

  private mixed(left: Sample, right: Sample): Combination | undefined {
    const scaled = scaleHistogram(this.op, left, right);
    if (scaled !== undefined) return { sample: scaled, keep: true };
    return this.incompatible(nameOf(left), nameOf(right));
  }

  private histograms(left: FloatHistogram, right: FloatHistogram): Combination | undefined {
    if (this.op === '==') return { sample: left, keep: left.equals(right) };
    if (this.op === '!=') return { sample: left, keep: !left.equals(right) };
    if (this.op !== '+' && this.op !== '-') return this.incompatible('histogram', 'histogram');
    const sample = combineHistograms(this.op, left, right, this.notes, this.node.span);
    return sample === undefined ? undefined : { sample, keep: true };
  }

  private incompatible(left: string, right: string): undefined {
    this.notes.info(
      `incompatible sample types encountered for binary operator "${this.op}": ${left} ${this.op} ${right}`,
      this.node.span,
    );
    return undefined;
  }
}

function nameOf(sample: Sample): string {
  return typeof sample === 'number' ? 'float' : 'histogram';
}
