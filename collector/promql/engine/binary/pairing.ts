/** Who is "many" and who is "one" in an operation between vectors, and what its results are called. */
import type { LabelSet } from '../../../core/label-set.ts';
import type { Binary, VectorMatching } from '../../ast.ts';
import { isArithmetic } from './kernel.ts';

export class Pairing {
  readonly matching: VectorMatching;
  readonly bool: boolean;
  readonly oneToOne: boolean;
  /** The left side is "one". */
  readonly swapped: boolean;
  readonly oneFill: number | undefined;
  readonly manyFill: number | undefined;
  private readonly arithmetic: boolean;
  private readonly names: ReadonlySet<string>;

  constructor(node: Binary) {
    this.matching = node.matching as VectorMatching;
    this.bool = node.bool;
    const { card, labels, fillLeft, fillRight } = this.matching;
    this.oneToOne = card === 'one-to-one';
    this.swapped = card === 'one-to-many';
    this.oneFill = this.swapped ? fillLeft : fillRight;
    this.manyFill = this.swapped ? fillRight : fillLeft;
    this.arithmetic = isArithmetic(node.op);
    this.names = new Set(labels);
  }

  get fills(): boolean {
    return this.oneFill !== undefined || this.manyFill !== undefined;
  }

  /** `many`: whether the name of the many side's series is to go. */
  dropsName(many: boolean): boolean {
    return this.bool || (many && !this.arithmetic);
  }

  resultLabels(many: LabelSet, one: LabelSet): LabelSet {
    let labels = this.arithmetic ? many.withoutName() : many;
    if (this.oneToOne) {
      const { on } = this.matching;
      labels = labels.filter((name) => this.names.has(name) === on);
    }
    for (const name of this.matching.include) labels = labels.with(name, one.get(name));
    return labels;
  }
}
