/** `{{schema:1 sum:3 count:22 buckets:[5 10 7]}}`: a native histogram in the notation. */
import type { CounterReset } from '../histogram/data.ts';
import type { Cursor } from './cursor.ts';
import { expectInteger, expectNumber } from './numbers.ts';

export interface HistogramFields {
  schema?: number;
  sum?: number;
  count?: number;
  z_bucket?: number;
  z_bucket_w?: number;
  offset?: number;
  n_offset?: number;
  buckets?: readonly number[];
  n_buckets?: readonly number[];
  custom_values?: readonly number[];
  counter_reset_hint?: CounterReset;
}

type Field = keyof HistogramFields;

const HINTS: Readonly<Record<string, CounterReset>> = {
  unknown: 'unknown',
  reset: 'reset',
  not_reset: 'not-reset',
  gauge: 'gauge',
};
const NAME = /[a-z_]+/y;
/** More buckets than any exponential histogram of use; a description is written by hand. */
const MOST_BUCKETS = 10_000;

const READ: Readonly<Record<Field, (cursor: Cursor, into: HistogramFields) => void>> = {
  schema: (cursor, into) => {
    into.schema = expectInteger(cursor, 'after "schema:"');
  },
  offset: (cursor, into) => {
    into.offset = expectInteger(cursor, 'after "offset:"');
  },
  n_offset: (cursor, into) => {
    into.n_offset = expectInteger(cursor, 'after "n_offset:"');
  },
  sum: (cursor, into) => {
    into.sum = expectNumber(cursor, 'after "sum:"');
  },
  count: (cursor, into) => {
    into.count = expectNumber(cursor, 'after "count:"');
  },
  z_bucket: (cursor, into) => {
    into.z_bucket = expectNumber(cursor, 'after "z_bucket:"');
  },
  z_bucket_w: (cursor, into) => {
    into.z_bucket_w = expectNumber(cursor, 'after "z_bucket_w:"');
  },
  buckets: (cursor, into) => {
    into.buckets = readList(cursor);
  },
  n_buckets: (cursor, into) => {
    into.n_buckets = readList(cursor);
  },
  custom_values: (cursor, into) => {
    into.custom_values = readList(cursor);
  },
  counter_reset_hint: (cursor, into) => {
    into.counter_reset_hint = readHint(cursor);
  },
};

/** The cursor stands behind `{{`; afterwards behind `}}`. */
export function readHistogram(cursor: Cursor): HistogramFields {
  const fields: HistogramFields = {};
  cursor.skipSpace();
  while (!cursor.take('}}')) {
    readField(cursor, fields);
    if (!cursor.skipSpace() && !cursor.text.startsWith('}}', cursor.position)) {
      cursor.fail('expected a space or "}}" in a histogram');
    }
  }
  return fields;
}

function readField(cursor: Cursor, fields: HistogramFields): void {
  const start = cursor.position;
  const name = cursor.match(NAME) ?? '';
  if (!isField(name)) {
    cursor.fail(`expected one of ${Object.keys(READ).join(', ')} in a histogram`, start);
  }
  if (fields[name] !== undefined) cursor.fail(`"${name}" is given twice in a histogram`, start);
  cursor.expect(':', `after "${name}"`);
  READ[name](cursor, fields);
}

function isField(name: string): name is Field {
  return Object.hasOwn(READ, name);
}

function readList(cursor: Cursor): readonly number[] {
  cursor.expect('[', 'before the numbers of a histogram');
  const list: number[] = [];
  cursor.skipSpace();
  while (!cursor.take(']')) {
    list.push(expectNumber(cursor, 'or "]" in a list of a histogram'));
    if (list.length > MOST_BUCKETS) cursor.fail(`a histogram has at most ${MOST_BUCKETS} buckets`);
    cursor.skipSpace();
  }
  return list;
}

function readHint(cursor: Cursor): CounterReset {
  const start = cursor.position;
  const word = cursor.match(NAME) ?? '';
  const hint = Object.hasOwn(HINTS, word) ? HINTS[word] : undefined;
  const known = Object.keys(HINTS).join(', ');
  return hint ?? cursor.fail(`a counter_reset_hint is one of ${known}`, start);
}
