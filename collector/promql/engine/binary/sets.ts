/** `and`, `or` and `unless`: which series stay, decided at each step by what matches there. */
import type { Binary, VectorMatching } from '../../ast.ts';
import { ABSENT, type Column, isEmpty, type Sink } from '../column.ts';
import type { Evaluator } from '../evaluator.ts';
import { MergingSink } from '../merge.ts';
import type { Steps } from '../steps.ts';
import { type Signature, signatureOf } from './signature.ts';

/**
 * By signature and step, 1 where any series of it is present. In one array: a fleet's signatures are
 * as many as its devices, and as many small arrays would outlive several collections of garbage.
 */
class Masks {
  private readonly rows = new Map<string, number>();
  private readonly count: number;
  private bits: Uint8Array;

  constructor({ count }: Steps) {
    this.count = count;
    this.bits = new Uint8Array(count * FIRST_ROWS);
  }

  has(key: string): boolean {
    return this.rows.has(key);
  }

  mark(key: string, { kinds }: Column): void {
    let row = this.rows.get(key);
    if (row === undefined) {
      row = this.rows.size;
      this.rows.set(key, row);
      if ((row + 1) * this.count > this.bits.length) this.grow();
    }
    const at = row * this.count;
    for (let i = 0; i < kinds.length; i++) if (kinds[i] !== ABSENT) this.bits[at + i] = 1;
  }

  /** Drops what stands where the mask is not as wanted; whether anything is left. */
  keep(key: string, column: Column, wanted: number): boolean {
    const { kinds } = column;
    const at = (this.rows.get(key) as number) * this.count;
    for (let i = 0; i < kinds.length; i++) if (this.bits[at + i] !== wanted) kinds[i] = ABSENT;
    return !isEmpty(column);
  }

  private grow(): void {
    const grown = new Uint8Array(this.bits.length * 2);
    grown.set(this.bits);
    this.bits = grown;
  }
}

const FIRST_ROWS = 8;

export async function streamSet(
  ev: Evaluator,
  node: Binary,
  steps: Steps,
  sink: Sink,
): Promise<void> {
  const signature = signatureOf(node.matching as VectorMatching);
  if (node.op === 'or') return streamOr(ev, node, steps, sink, signature);
  const masks = new Masks(steps);
  await ev.stream(node.right, steps, (column) => {
    masks.mark(signature(column.labels), column);
    steps.give(column);
  });
  const wanted = node.op === 'and' ? 1 : 0;
  await ev.stream(node.left, steps, (column) => {
    const key = signature(column.labels);
    if (masks.has(key) ? !masks.keep(key, column, wanted) : wanted === 1) steps.give(column);
    else sink(column);
  });
}

async function streamOr(
  ev: Evaluator,
  node: Binary,
  steps: Steps,
  sink: Sink,
  signature: Signature,
): Promise<void> {
  const masks = new Masks(steps);
  const merged = new MergingSink(steps);
  await ev.stream(node.left, steps, (column) => {
    masks.mark(signature(column.labels), column);
    merged.add(column);
  });
  await ev.stream(node.right, steps, (column) => {
    const key = signature(column.labels);
    if (masks.has(key) && !masks.keep(key, column, 0)) steps.give(column);
    else merged.add(column);
  });
  await merged.drain(sink, ev.query.budget);
}
