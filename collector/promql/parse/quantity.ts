/** A number or a duration where either may stand. */
import type { NumberLiteral } from '../ast.ts';
import { quote } from '../quote.ts';
import { durationOf } from './duration.ts';
import { numberOf } from './numbers.ts';
import type { Reader } from './reader.ts';
import type { Token } from './token.ts';

export function isQuantity({ kind }: Token): boolean {
  return kind === 'number' || kind === 'duration';
}

/** The next token is a number or a duration. */
export function readQuantity(reader: Reader): NumberLiteral {
  const token = reader.take();
  const { start, end } = token;
  const duration = token.kind === 'duration';
  return { kind: 'number', value: valueIn(reader, token), duration, span: { start, end } };
}

function valueIn(reader: Reader, token: Token): number {
  if (token.kind === 'number') {
    const value = numberOf(token.text);
    if (Number.isFinite(value) || !/^\.?[0-9]/.test(token.text)) return value;
    reader.fail(
      token,
      `error parsing number: strconv.ParseFloat: parsing ${quote(token.text)}: value out of range`,
    );
  }
  const ms = durationOf(token.text);
  return typeof ms === 'number' ? ms / 1000 : reader.fail(token, ms.reason);
}
