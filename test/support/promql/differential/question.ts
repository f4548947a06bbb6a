/** What both are asked. */
import type { RangeSteps } from '../../../../collector/core/query/types.ts';
import { DATA_START } from './data.ts';

export interface Question {
  readonly expression: string;
  /** Of an instant query, UTC milliseconds. */
  readonly at: number;
  readonly range?: RangeSteps;
  /** `sort` and its like: the order counts. */
  readonly ordered: boolean;
}

/** Not on the grid of subqueries: there Prometheus 2 and 3 differ at the left end. */
const OFF_GRID = 7000;
const MINUTE = 60_000;

const ORDERED = /^\s*(sort|sort_desc)\(/;

export function instantQuestion(expression: string, minute: number): Question {
  const at = DATA_START + minute * MINUTE + OFF_GRID;
  return { expression, at, ordered: ORDERED.test(expression) };
}

export function rangeQuestion(expression: string, minute: number, steps: number): Question {
  const start = DATA_START + minute * MINUTE + OFF_GRID;
  const step = steps % 2 === 0 ? MINUTE : 90_000;
  const range = { start, end: start + steps * step, step };
  return { expression, at: start, range, ordered: false };
}
