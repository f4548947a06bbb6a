/** Label names in parentheses: `by (…)`, `on (…)`, `group_left (…)`. */
import type { Reader } from './reader.ts';
import { unquote } from './strings.ts';
import { mayNameLabel } from './words.ts';

const CONTEXT = 'grouping opts';

export function readLabels(reader: Reader): readonly string[] {
  reader.expect('(', CONTEXT, '"("');
  const labels: string[] = [];
  while (reader.takeIf(')') === undefined) {
    labels.push(label(reader));
    if (reader.is(')')) continue;
    reader.expect(',', CONTEXT, '"," or ")"');
  }
  return labels;
}

function label(reader: Reader): string {
  const { token } = reader;
  if (token.kind === 'string') {
    const name = unquote(reader.take().text);
    if (name === '') reader.fail(token, 'invalid label name for grouping: ""');
    return name;
  }
  if (!mayNameLabel(token.kind)) reader.unexpected(CONTEXT, 'label');
  return reader.take().text;
}
