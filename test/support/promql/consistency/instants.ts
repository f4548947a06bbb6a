/** A range query's answer, put together from an instant query at each of its steps. */
import type { Engine } from '../../../../collector/core/query/engine.ts';
import type { RangeSteps } from '../../../../collector/core/query/types.ts';
import {
  type Answer,
  keyOf,
  ours,
  type Point,
  pointsOf,
  type Series,
} from '../differential/answers.ts';

interface Gathered {
  readonly metric: Series['metric'];
  readonly values: Point[];
}

/** The first error, when there is one. */
export async function stepByStep(
  engine: Engine,
  expression: string,
  { start, end, step }: RangeSteps,
): Promise<Answer> {
  const gathered = new Map<string, Gathered>();
  for (let at = start; at <= end; at += step) {
    const answer = await ours(engine, { expression, at, ordered: false });
    if ('error' in answer) return answer;
    for (const series of seriesOf(answer)) {
      const key = keyOf(series);
      const { metric } = series;
      const one = gathered.get(key) ?? { metric, values: [] };
      one.values.push(...pointsOf(series));
      gathered.set(key, one);
    }
  }
  return { type: 'matrix', result: [...gathered.values()] };
}

function seriesOf(answer: Exclude<Answer, { readonly error: string }>): readonly Series[] {
  if (answer.type !== 'scalar') return answer.result as readonly Series[];
  return [{ metric: {}, value: answer.result as Point }];
}
