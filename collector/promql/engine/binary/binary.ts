/** Binary operators with a vector on at least one side. */
import type { Binary } from '../../ast.ts';
import type { Sink } from '../column.ts';
import type { Evaluator } from '../evaluator.ts';
import type { Steps } from '../steps.ts';
import { streamSet } from './sets.ts';
import { streamVectorScalar } from './vector-scalar.ts';
import { streamVectors } from './vectors.ts';

export function streamBinary(ev: Evaluator, node: Binary, steps: Steps, sink: Sink): Promise<void> {
  if (node.op === 'and' || node.op === 'or' || node.op === 'unless') {
    return streamSet(ev, node, steps, sink);
  }
  return node.matching === undefined
    ? streamVectorScalar(ev, node, steps, sink)
    : streamVectors(ev, node, steps, sink);
}
