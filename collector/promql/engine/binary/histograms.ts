/** What `+`, `-`, `*`, `/` and the trimming operators do to native histograms, and the notes they leave. */
import type { Annotations } from '../../annotations.ts';
import type { BinaryOp, Span } from '../../ast.ts';
import type { Sample } from '../../functions/function.ts';
import type { Combined, FloatHistogram } from '../../histogram/float-histogram.ts';

/** `undefined` when their buckets do not go together; that is noted. */
export function combineHistograms(
  op: '+' | '-',
  left: FloatHistogram,
  right: FloatHistogram,
  notes: Annotations,
  span: Span,
): FloatHistogram | undefined {
  const combined = op === '+' ? left.add(right) : left.sub(right);
  if (combined === undefined) {
    notes.warn(`incompatible bucket layout encountered for binary operator ${op}`, span);
    return undefined;
  }
  noteCombined(combined, op === '+' ? 'addition' : 'subtraction', notes, span);
  const { histogram } = combined;
  return (op === '+' ? histogram : histogram.withCounterReset('gauge')).compact();
}

function noteCombined(
  { collided, reconciled }: Combined,
  during: 'addition' | 'subtraction' | 'aggregation',
  notes: Annotations,
  span: Span,
): void {
  if (collided) notes.warn(`conflicting counter resets during histogram ${during}`, span);
  if (reconciled) {
    notes.info(`mismatched custom buckets were reconciled during ${during}`, span);
  }
}

/** A histogram with a number, in the order that the operator allows; else `undefined`. */
export function scaleHistogram(op: BinaryOp, left: Sample, right: Sample): Sample | undefined {
  if (typeof left === 'number') {
    return op === '*' && typeof right !== 'number' ? right.mul(left).compact() : undefined;
  }
  if (typeof right !== 'number') return undefined;
  switch (op) {
    case '*':
      return left.mul(right).compact();
    case '/':
      return left.div(right).compact();
    case '</':
      return left.trimUpper(right);
    case '>/':
      return left.trimLower(right);
    default:
      return undefined;
  }
}
