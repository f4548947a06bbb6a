/** What may stand behind a binary operator: `bool`, `on`, `ignoring`, `group_left`, `group_right`, and fills. */
import type { MatchCard, VectorMatching } from '../ast.ts';
import { readLabels } from './labels.ts';
import { isQuantity, readQuantity } from './quantity.ts';
import type { Reader } from './reader.ts';

export interface OperatorModifiers {
  readonly bool: boolean;
  readonly matching: VectorMatching;
}

export function readOperatorModifiers(reader: Reader): OperatorModifiers {
  const bool = reader.takeIf('bool') !== undefined;
  const on = reader.is('on');
  if (!on && !reader.is('ignoring')) {
    return { bool, matching: { ...PLAIN, ...readFills(reader) } };
  }
  reader.take();
  const labels = readLabels(reader);
  return { bool, matching: { on, labels, ...readGroup(reader), ...readFills(reader) } };
}

const PLAIN: VectorMatching = { card: 'one-to-one', on: false, labels: [], include: [] };

function readGroup(reader: Reader): { card: MatchCard; include: readonly string[] } {
  const left = reader.is('group_left');
  if (!left && !reader.is('group_right')) return { card: 'one-to-one', include: [] };
  reader.take();
  const include = reader.is('(') ? readLabels(reader) : [];
  return { card: left ? 'many-to-one' : 'one-to-many', include };
}

function readFills(reader: Reader): { fillLeft?: number; fillRight?: number } {
  const { token } = reader;
  const { kind } = token;
  if (kind !== 'fill' && kind !== 'fill_left' && kind !== 'fill_right') return {};
  if (!reader.experimental) {
    reader.fail(token, 'binop fill modifiers are experimental and not enabled');
  }
  const value = readFill(reader);
  if (kind === 'fill') return { fillLeft: value, fillRight: value };
  const other = kind === 'fill_left' ? 'fill_right' : 'fill_left';
  const second = reader.is(other) ? readFill(reader) : undefined;
  const [left, right] = kind === 'fill_left' ? [value, second] : [second, value];
  return {
    ...(left === undefined ? {} : { fillLeft: left }),
    ...(right === undefined ? {} : { fillRight: right }),
  };
}

function readFill(reader: Reader): number {
  const { text } = reader.take();
  reader.expect('(', text, '"("');
  const sign = reader.takeIf('+') ?? reader.takeIf('-');
  if (!isQuantity(reader.token)) reader.unexpected(text, 'number');
  const { value } = readQuantity(reader);
  reader.expect(')', text, '")"');
  return sign?.kind === '-' ? -value : value;
}
