/** `anchored` and `smoothed` ranges: which functions take them, and how far they reach. */
import { QueryError } from '../../../core/query/types.ts';
import type { Call, Expr } from '../../ast.ts';
import type { WindowFunction } from '../../functions/function.ts';
import { FUNCTIONS } from '../../functions/index.ts';
import { bare } from '../bare.ts';
import { type Margin, NO_MARGIN } from '../select/range.ts';

type Modifier = 'anchored' | 'smoothed';

export function marginOf(call: Call, fn: WindowFunction, lookbackMs: number): Margin {
  const arg = bare(call.args[fn.rangeArg] as Expr);
  const modifier = arg.kind === 'matrix' ? arg.selector.modifier : undefined;
  if (modifier === undefined) return NO_MARGIN;
  if (fn.modifiers?.includes(modifier) !== true) refuse(modifier, call.name);
  return { before: lookbackMs, after: modifier === 'smoothed' ? lookbackMs : 0 };
}

function refuse(modifier: Modifier, name: string): never {
  const fitting = [...FUNCTIONS].flatMap(([other, fn]) =>
    fn.kind === 'window' && fn.modifiers?.includes(modifier) === true ? [other] : [],
  );
  throw new QueryError(
    'execution',
    `${modifier} modifier can only be used with: ${fitting.sort().join(', ')} - not with ${name}`,
  );
}
