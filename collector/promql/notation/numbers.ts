/** Numbers as the notation writes them: no hexadecimal, since `x` means "times" here. */
import type { Cursor } from './cursor.ts';

const UNSIGNED = /(?:\d(?:_?\d)*\.?\d*|\.\d+)(?:e[+-]?\d+)?|inf(?![a-z0-9_])|nan(?![a-z0-9_])/iy;
const INTEGER = /[+-]?\d+/y;
const COUNT = /\d+/y;

/** With an optional sign; `undefined` when no number comes next. */
export function readNumber(cursor: Cursor): number | undefined {
  const start = cursor.position;
  const negative = cursor.take('-');
  if (!negative) cursor.take('+');
  const text = cursor.match(UNSIGNED);
  if (text === undefined) {
    cursor.position = start;
    return undefined;
  }
  const value = numberFrom(text);
  return negative ? -value : value;
}

export function expectNumber(cursor: Cursor, where: string): number {
  return readNumber(cursor) ?? cursor.fail(`expected a number ${where}`);
}

export function expectInteger(cursor: Cursor, where: string): number {
  const text = cursor.match(INTEGER) ?? cursor.fail(`expected a whole number ${where}`);
  return Number(text);
}

/** After `x`: how often to repeat. */
export function expectCount(cursor: Cursor): number {
  return Number(cursor.match(COUNT) ?? cursor.fail('expected how many times after "x"'));
}

function numberFrom(text: string): number {
  const lower = text.toLowerCase();
  if (lower === 'inf') return Number.POSITIVE_INFINITY;
  return lower === 'nan' ? Number.NaN : Number(lower.replaceAll('_', ''));
}
