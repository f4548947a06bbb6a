/** A series as it is written: `name{a="b"}`, labels with `=` alone. */
import { LabelSet, METRIC_NAME } from '../../core/label-set.ts';
import { Reader } from './reader.ts';
import { unquote } from './strings.ts';
import { mayNameMetric } from './words.ts';

const CONTEXT = 'label set';

export function parseMetric(text: string): LabelSet {
  const reader = new Reader(text, true);
  const name = mayNameMetric(reader.token.kind) ? reader.take().text : '';
  const labels: [string, string][] = [];
  if (reader.takeIf('{') !== undefined) readSet(reader, labels);
  if (!reader.atEnd) reader.unexpected();
  if (name !== '') labels.push([METRIC_NAME, name]);
  return LabelSet.of(labels);
}

function readSet(reader: Reader, into: [string, string][]): void {
  while (reader.takeIf('}') === undefined) {
    into.push(readItem(reader));
    if (!reader.is('}')) reader.expect(',', CONTEXT, '"," or "}"');
  }
}

function readItem(reader: Reader): [string, string] {
  const { kind } = reader.token;
  const quoted = kind === 'string';
  if (!quoted && kind !== 'identifier') reader.unexpected(CONTEXT, 'identifier or "}"');
  const { text } = reader.take();
  const name = quoted ? unquote(text) : text;
  if (quoted && (reader.is(',') || reader.is('}'))) return [METRIC_NAME, name];
  reader.expect('=', CONTEXT, '"="');
  return [name, unquote(reader.expect('string', CONTEXT, 'string').text)];
}
