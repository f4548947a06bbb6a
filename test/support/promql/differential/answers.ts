/** Answers of both in the same form, and what differs between two. */
import type { Engine, Evaluated } from '../../../../collector/core/query/engine.ts';
import { resultBody } from '../../../../collector/core/query/format.ts';
import { QueryError } from '../../../../collector/core/query/types.ts';
import { compareText } from '../../../../collector/core/text.ts';
import type { Question } from './question.ts';

interface Histogram {
  readonly count: string;
  readonly sum: string;
  readonly buckets?: readonly (readonly (number | string)[])[];
}

export type Point = readonly [time: number, value: string | Histogram];

export interface Series {
  readonly metric: Readonly<Record<string, string>>;
  readonly value?: Point;
  readonly histogram?: Point;
  readonly values?: readonly Point[];
  readonly histograms?: readonly Point[];
}

export type Answer =
  | { readonly error: string; readonly message: string }
  | { readonly type: string; readonly result: readonly Series[] | Point };

interface Body {
  readonly status: string;
  readonly errorType?: string;
  readonly error?: string;
  readonly data?: { readonly resultType: string; readonly result: readonly Series[] | Point };
}

export async function theirs(url: string, question: Question): Promise<Answer> {
  const { expression, range, at } = question;
  const form = new URLSearchParams({ query: expression });
  if (range === undefined) form.set('time', String(at / 1000));
  else {
    form.set('start', String(range.start / 1000));
    form.set('end', String(range.end / 1000));
    form.set('step', String(range.step / 1000));
  }
  const path = range === undefined ? 'query' : 'query_range';
  const response = await fetch(`${url}/api/v1/${path}`, { method: 'POST', body: form });
  return answerOf((await response.json()) as Body);
}

export async function ours(engine: Engine, { expression, range, at }: Question): Promise<Answer> {
  const asked =
    range === undefined ? engine.instant(expression, at) : engine.range(expression, range);
  try {
    return answerOf(bodyOf(await asked));
  } catch (error) {
    if (!(error instanceof QueryError)) throw error;
    return { error: error.type, message: error.message };
  }
}

const bodyOf = (evaluated: Evaluated) => JSON.parse([...resultBody(evaluated)].join('')) as Body;

function answerOf({ data, error = '', errorType = '' }: Body): Answer {
  if (data === undefined) return { error: errorType, message: error };
  return { type: data.resultType, result: data.result };
}

/** An error, or no series. */
export function isEmpty(answer: Answer): boolean {
  return 'error' in answer || answer.result.length === 0;
}

/** A sentence, or undefined when both say the same. `ordered`: the order of series counts. */
export function answersDiffer(a: Answer, b: Answer, ordered: boolean): string | undefined {
  if ('error' in a || 'error' in b) return errorsDiffer(a, b);
  if (a.type !== b.type) return `${a.type} and ${b.type}`;
  if (a.type === 'scalar' || a.type === 'string') {
    return pointsDiffer([a.result as Point], [b.result as Point]);
  }
  return seriesDiffer(a.result as readonly Series[], b.result as readonly Series[], ordered);
}

function errorsDiffer(a: Answer, b: Answer): string | undefined {
  const said = (answer: Answer) =>
    'error' in answer ? `${answer.error}: ${answer.message}` : JSON.stringify(answer).slice(0, 200);
  if ('error' in a && 'error' in b && a.error === b.error) return undefined;
  return `${said(a)}   and   ${said(b)}`;
}

export const keyOf = ({ metric }: Series) =>
  JSON.stringify(Object.entries(metric).sort(([x], [y]) => compareText(x, y)));

function seriesDiffer(
  a: readonly Series[],
  b: readonly Series[],
  ordered: boolean,
): string | undefined {
  const keys = [a.map(keyOf), b.map(keyOf)] as const;
  if (new Set(keys[1]).size < b.length) return 'ours has a series twice';
  const [left, right] = ordered ? keys : [[...keys[0]].sort(), [...keys[1]].sort()];
  const odd = left.findIndex((key, i) => key !== right[i]);
  if (odd >= 0 || left.length !== right.length) {
    const at = odd < 0 ? left.length : odd;
    return `series ${left[at] ?? 'none'} and ${right[at] ?? 'none'} (${left.length} and ${right.length})`;
  }
  const byKey = new Map(b.map((one) => [keyOf(one), one]));
  for (const one of a) {
    const other = byKey.get(keyOf(one));
    const wrong = pointsDiffer(pointsOf(one), other === undefined ? [] : pointsOf(other));
    if (wrong !== undefined) return `${keyOf(one)}: ${wrong}`;
  }
  return undefined;
}

/** In order of time. */
export function pointsOf({ value, histogram, values = [], histograms = [] }: Series): Point[] {
  const single = [value, histogram].filter((point) => point !== undefined);
  return [...single, ...values, ...histograms].sort(([a], [b]) => a - b);
}

function pointsDiffer(a: readonly Point[], b: readonly Point[]): string | undefined {
  for (let i = 0; i < Math.max(a.length, b.length); i++) {
    const [x, y] = [a[i], b[i]];
    if (x === undefined || y === undefined || x[0] !== y[0] || !sameValue(x[1], y[1])) {
      return `${JSON.stringify(x)} and ${JSON.stringify(y)}`;
    }
  }
  return undefined;
}

function sameValue(a: Point[1], b: Point[1]): boolean {
  if (typeof a === 'string' || typeof b === 'string') return a === b || sameNumber(a, b);
  const [x, y] = [numbersOf(a), numbersOf(b)];
  return x.length === y.length && x.every((one, i) => one === y[i] || sameNumber(one, y[i]));
}

const numbersOf = ({ count, sum, buckets = [] }: Histogram): readonly unknown[] => [
  count,
  sum,
  ...buckets.flat(),
];

/** Sums are added up in another order, so the last digits may differ, also those of what should be 0. */
function sameNumber(a: unknown, b: unknown): boolean {
  const [x, y] = [Number(a), Number(b)];
  const difference = Math.abs(x - y);
  return difference <= 1e-12 || difference <= 1e-9 * Math.max(Math.abs(x), Math.abs(y));
}
