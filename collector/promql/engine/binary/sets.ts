/** `and`, `or` and `unless`: which series stay, decided at each step by what matches there. */
import type { Binary, VectorMatching } from '../../ast.ts';
import { ABSENT, type Column, isEmpty, type Sink } from '../column.ts';
import type { Evaluator } from '../evaluator.ts';
import { MergingSink } from '../merge.ts';
import type { Steps } from '../steps.ts';
import { type Signature, signatureOf } from './signature.ts';

/** 1 where any series of the signature is present. */
type Masks = Map<string, Uint8Array>;

export async function streamSet(
  ev: Evaluator,
  node: Binary,
  steps: Steps,
  sink: Sink,
): Promise<void> {
  const signature = signatureOf(node.matching as VectorMatching);
  if (node.op === 'or') return streamOr(ev, node, steps, sink, signature);
  const masks: Masks = new Map();
  await ev.stream(node.right, steps, (column) => {
    mark(masks, signature(column.labels), column);
    steps.give(column);
  });
  const wanted = node.op === 'and' ? 1 : 0;
  await ev.stream(node.left, steps, (column) => {
    const mask = masks.get(signature(column.labels));
    if (mask === undefined ? wanted === 1 : !keep(column, mask, wanted)) steps.give(column);
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
  const masks: Masks = new Map();
  const merged = new MergingSink(steps);
  await ev.stream(node.left, steps, (column) => {
    mark(masks, signature(column.labels), column);
    merged.add(column);
  });
  await ev.stream(node.right, steps, (column) => {
    const mask = masks.get(signature(column.labels));
    if (mask !== undefined && !keep(column, mask, 0)) steps.give(column);
    else merged.add(column);
  });
  await merged.drain(sink, ev.query.budget);
}

function mark(masks: Masks, key: string, { kinds }: Column): void {
  let mask = masks.get(key);
  if (mask === undefined) {
    mask = new Uint8Array(kinds.length);
    masks.set(key, mask);
  }
  for (let i = 0; i < kinds.length; i++) if (kinds[i] !== ABSENT) mask[i] = 1;
}

/** Drops what stands where the mask is not as wanted; whether anything is left. */
function keep(column: Column, mask: Uint8Array, wanted: number): boolean {
  const { kinds } = column;
  for (let i = 0; i < kinds.length; i++) if (mask[i] !== wanted) kinds[i] = ABSENT;
  return !isEmpty(column);
}
