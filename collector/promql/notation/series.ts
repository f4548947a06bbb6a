/** A whole series description, `metric{a="b"} 1+2x3 _ stale`: its labels and its values. */
import type { LabelSet } from '../../core/label-set.ts';
import { parseMetric } from '../parse/metric.ts';
import { Cursor } from './cursor.ts';
import { NotationError } from './error.ts';
import { type NotationValue, readValues } from './values.ts';

export interface SeriesDescription {
  readonly labels: LabelSet;
  readonly values: readonly NotationValue[];
}

const NAME = /[a-zA-Z_:][a-zA-Z0-9_:]*/y;
/** A quoted text, or anything that neither quotes nor closes. */
const IN_BRACES = /"(?:[^"\\]|\\.)*"|'(?:[^'\\]|\\.)*'|`[^`]*`|[^"'`}]/y;

/** Throws `NotationError`. */
export function parseSeries(text: string): SeriesDescription {
  const cursor = new Cursor(text);
  cursor.skipSpace();
  const labels = readMetric(cursor);
  if (!cursor.atEnd && !cursor.skipSpace()) cursor.fail('expected a space after the metric');
  return { labels, values: readValues(cursor) };
}

/** Values alone, as a rule unit test lists them. */
export function parseValues(text: string): readonly NotationValue[] {
  return readValues(new Cursor(text));
}

function readMetric(cursor: Cursor): LabelSet {
  const start = cursor.position;
  cursor.match(NAME);
  if (cursor.take('{')) skipLabels(cursor, start);
  if (cursor.position === start) cursor.fail('expected a metric');
  try {
    return parseMetric(cursor.text.slice(start, cursor.position));
  } catch (error) {
    throw new NotationError(start, error instanceof Error ? error.message : String(error));
  }
}

function skipLabels(cursor: Cursor, start: number): void {
  while (!cursor.take('}')) {
    if (cursor.match(IN_BRACES) === undefined) {
      cursor.fail('the labels are not closed by "}"', start);
    }
  }
}
