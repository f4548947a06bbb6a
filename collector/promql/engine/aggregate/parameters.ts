/** Parameters of aggregations that are refused, or that leave a warning. */
import { QueryError } from '../../../core/query/types.ts';
import type { Expr } from '../../ast.ts';
import { numberText } from '../../histogram/number-text.ts';
import { goNumber } from '../go-number.ts';
import type { FoldContext } from './fold.ts';

const INT64 = 2 ** 63;

interface Extent {
  readonly min: number;
  readonly max: number;
  readonly nan: boolean;
}

function extentOf(values: Float64Array): Extent {
  let [min, max, nan] = [Number.POSITIVE_INFINITY, Number.NEGATIVE_INFINITY, false];
  for (const value of values) {
    if (Number.isNaN(value)) nan = true;
    if (value < min) min = value;
    if (value > max) max = value;
  }
  return { min, max, nan };
}

/** Of topk, bottomk and limitk. */
export function checkCounts({ param }: FoldContext): void {
  const { min, max, nan } = extentOf(param);
  if (nan) throw new QueryError('execution', 'Parameter value is NaN');
  if (max < 1) return;
  if (min <= -INT64) {
    throw new QueryError('execution', `Scalar value ${goNumber(min)} underflows int64`);
  }
  if (max >= INT64) {
    throw new QueryError('execution', `Scalar value ${goNumber(max)} overflows int64`);
  }
}

export function checkRatios({ param, notes, node }: FoldContext): void {
  const { min, max, nan } = extentOf(param);
  if (nan) throw new QueryError('execution', 'Ratio value is NaN');
  const { span } = node.param as Expr;
  const warn = (got: number, to: number) => {
    notes.warn(
      `ratio value should be between -1 and 1, got ${numberText(got)}, capping to ${to}`,
      span,
    );
  };
  if (max > 1) warn(max, 1);
  if (min < -1) warn(min, -1);
}

export function checkQuantiles({ param, notes, node }: FoldContext): void {
  const { min, max, nan } = extentOf(param);
  const { span } = node.param as Expr;
  const warn = (got: number) => {
    notes.warn(`quantile value should be between 0 and 1, got ${numberText(got)}`, span);
  };
  if (nan) warn(Number.NaN);
  if (max > 1) warn(max);
  if (min < 0) warn(min);
}
