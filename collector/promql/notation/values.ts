/**
 * The values of a series description: `1+2x3 _ stale {{sum:3 count:2}}x4`, one for each step.
 * `x3` repeats three times more than the first, save after `_`, where it says how many.
 */
import type { FloatHistogram } from '../histogram/float-histogram.ts';
import { buildHistogram, type Change, histogramProgression } from './build.ts';
import type { Cursor } from './cursor.ts';
import { readHistogram } from './histogram.ts';
import { expectCount, readNumber } from './numbers.ts';

export interface HistogramItem {
  readonly histogram: FloatHistogram;
  /** Whether the text names a counter reset hint: only then does an expectation look at it. */
  readonly hintGiven: boolean;
}

/** `undefined`: no sample at this step. */
export type NotationValue = number | 'stale' | HistogramItem | undefined;

/** A year at a step of 15 seconds. */
export const MOST_VALUES = 2_102_400;

const TOO_MANY = `a series has at most ${MOST_VALUES} values`;
const SIGN = /[+-]/y;
const WORD = /[a-z]+/iy;

/** The cursor stands at the first value or at spaces before it. */
export function readValues(cursor: Cursor): NotationValue[] {
  const values: NotationValue[] = [];
  cursor.skipSpace();
  while (!cursor.atEnd) {
    const start = cursor.position;
    for (const value of readItem(cursor)) {
      if (values.push(value) > MOST_VALUES) {
        cursor.fail(TOO_MANY, start);
      }
    }
    if (!cursor.skipSpace() && !cursor.atEnd) cursor.fail('expected a space after a value');
  }
  return values;
}

function readItem(cursor: Cursor): Iterable<NotationValue> {
  if (cursor.take('_')) return blanks(cursor);
  if (cursor.take('{{')) return histograms(cursor);
  const start = cursor.position;
  const value = readNumber(cursor);
  if (value !== undefined) return numbers(cursor, value);
  if (cursor.match(WORD) === 'stale') return ['stale'];
  return cursor.fail('expected a value: a number, "_", "stale" or "{{…}}"', start);
}

function blanks(cursor: Cursor): Iterable<NotationValue> {
  const times = readTimes(cursor);
  if (times === 0) cursor.fail('"_x0" stands for nothing');
  return repeated(undefined, (times ?? 1) - 1);
}

function numbers(cursor: Cursor, base: number): Iterable<NotationValue> {
  const times = readTimes(cursor);
  if (times !== undefined) return repeated(base, times);
  if (cursor.atEnd || isSpace(cursor)) return [base];
  const step = readNumber(cursor) ?? cursor.fail('expected a space, "x" or a step after a number');
  return progression(base, step, expectTimes(cursor));
}

function histograms(cursor: Cursor): Iterable<NotationValue> {
  const start = cursor.position - 2;
  const fields = readHistogram(cursor);
  const hintGiven = fields.counter_reset_hint !== undefined;
  const base = buildHistogram(fields, cursor, start);
  const change = readChange(cursor);
  const times = change === undefined ? readTimes(cursor) : expectTimes(cursor);
  if (change === undefined) return repeated({ histogram: base, hintGiven }, times ?? 0);
  return tagged(histogramProgression(base, change, times ?? 0), hintGiven);
}

function readChange(cursor: Cursor): Change | undefined {
  const sign = cursor.match(SIGN);
  if (sign === undefined) return undefined;
  const start = cursor.position;
  cursor.expect('{{', 'after the sign behind a histogram');
  const by = buildHistogram(readHistogram(cursor), cursor, start);
  return { by, down: sign === '-', start };
}

function readTimes(cursor: Cursor): number | undefined {
  if (!cursor.take('x')) return undefined;
  const start = cursor.position;
  const times = expectCount(cursor);
  if (times >= MOST_VALUES) cursor.fail(TOO_MANY, start);
  return times;
}

function expectTimes(cursor: Cursor): number {
  return readTimes(cursor) ?? cursor.fail('expected "x" and how many times after a step');
}

function isSpace(cursor: Cursor): boolean {
  const next = cursor.text[cursor.position];
  return next === ' ' || next === '\t';
}

function* repeated(value: NotationValue, times: number): Generator<NotationValue> {
  for (let i = 0; i <= times; i++) yield value;
}

/** Adds up, as Prometheus does, so that rounding agrees. */
function* progression(base: number, step: number, times: number): Generator<number> {
  let value = base;
  for (let i = 0; i <= times; i++) {
    yield value;
    value += step;
  }
}

function* tagged(list: Iterable<FloatHistogram>, hintGiven: boolean): Generator<HistogramItem> {
  for (const histogram of list) yield { histogram, hintGiven };
}
