/** Arithmetic and comparisons between two vectors: series by series where one stands against one. */
import { METRIC_NAME } from '../../../core/label-set.ts';
import type { Binary, VectorMatching } from '../../ast.ts';
import { SERIES_WORK } from '../budget.ts';
import { type Column, isEmpty, type Sink } from '../column.ts';
import type { Evaluator } from '../evaluator.ts';
import { MergingSink } from '../merge.ts';
import type { Steps } from '../steps.ts';
import { Combiner } from './elements.ts';
import { arithmetic, compare, isArithmetic, isComparison } from './kernel.ts';
import { MatchGroup } from './match-group.ts';
import { Pairing } from './pairing.ts';
import { bySignature, signatureOf } from './signature.ts';

export async function streamVectors(
  ev: Evaluator,
  node: Binary,
  steps: Steps,
  sink: Sink,
): Promise<void> {
  const pairing = new Pairing(node);
  const left = await ev.collect(node.left, steps);
  const right = await ev.collect(node.right, steps);
  const [many, one] = pairing.swapped ? [right, left] : [left, right];
  if (many.length + one.length === 0) return;
  if ((many.length === 0 || one.length === 0) && !pairing.fills) return;
  const work = new VectorWork(ev, node, steps, pairing, many);
  await work.run(one, sink);
}

class VectorWork {
  private readonly ev: Evaluator;
  private readonly node: Binary;
  private readonly steps: Steps;
  private readonly pairing: Pairing;
  private readonly many: readonly Column[];
  private readonly kept: Uint8Array;
  private readonly combiner: Combiner;

  constructor(ev: Evaluator, node: Binary, steps: Steps, pairing: Pairing, many: Column[]) {
    this.ev = ev;
    this.node = node;
    this.steps = steps;
    this.pairing = pairing;
    this.many = many;
    this.kept = new Uint8Array(steps.count);
    this.combiner = new Combiner(node, ev.query.notes);
  }

  async run(one: readonly Column[], sink: Sink): Promise<void> {
    const { budget } = this.ev.query;
    const { matching } = this.pairing;
    const signature = signatureOf(matching);
    const ones = await bySignature(one, signature, budget);
    const manys = await bySignature(this.many, signature, budget);
    const merged = mayCollide(matching) ? new MergingSink(this.steps) : undefined;
    const out: Sink = merged === undefined ? sink : (column) => merged.add(column);
    for (const [key, group] of manys) {
      this.match(ones.get(key) ?? [], group, out);
      ones.delete(key);
      if (budget.spend(group.length * (this.steps.count * 2 + SERIES_WORK))) await budget.pause();
    }
    for (const group of ones.values()) this.match(group, [], out);
    await merged?.drain(sink, budget);
  }

  private match(ones: readonly Column[], manys: readonly Column[], out: Sink): void {
    const { pairing } = this;
    const [one] = ones;
    const [many] = manys;
    if (!pairing.fills && (one === undefined || (many === undefined && ones.length < 2))) {
      for (const column of [...ones, ...manys]) this.steps.give(column);
      return;
    }
    if (one !== undefined && many !== undefined && this.isPlain(ones, manys)) {
      this.plain(one, many, out);
      this.steps.give(one);
      return;
    }
    new MatchGroup(this.steps, pairing, this.combiner, ones, manys).run(this.many, out);
    for (const column of [...ones, ...manys]) this.steps.give(column);
  }

  private isPlain(ones: readonly Column[], manys: readonly Column[]): boolean {
    return (
      ones.length === 1 &&
      manys.length === 1 &&
      !this.pairing.fills &&
      ones[0]?.histograms === undefined &&
      manys[0]?.histograms === undefined &&
      (isArithmetic(this.node.op) || isComparison(this.node.op))
    );
  }

  /** One against one, numbers only: the many side's column becomes the result. */
  private plain(one: Column, many: Column, out: Sink): void {
    const { swapped } = this.pairing;
    const { op, bool } = this.node;
    const [left, right] = swapped ? [one, many] : [many, one];
    const { kinds, values } = many;
    for (let i = 0; i < kinds.length; i++) {
      kinds[i] = (kinds[i] as number) & (one.kinds[i] as number);
    }
    if (isArithmetic(op)) arithmetic(op, left.values, right.values, values);
    else if (isComparison(op)) {
      if (bool) compare(op, left.values, right.values, values);
      else this.filter(left, right, many);
    }
    many.dropName = this.pairing.dropsName(many.dropName);
    many.labels = this.pairing.resultLabels(many.labels, one.labels);
    if (isEmpty(many)) this.steps.give(many);
    else out(many);
  }

  private filter(left: Column, right: Column, many: Column): void {
    const { kept } = this;
    const op = this.node.op as Parameters<typeof compare>[0];
    compare(op, left.values, right.values, kept);
    const { kinds } = many;
    for (let i = 0; i < kinds.length; i++) kinds[i] = (kinds[i] as number) & (kept[i] as number);
    if (left !== many) many.values.set(left.values);
  }
}

/** Whether results of different match groups may have equal labels. */
function mayCollide({ card, labels, on }: VectorMatching): boolean {
  return card !== 'one-to-one' || (on && labels.includes(METRIC_NAME));
}
