/** Numbers and quoted strings as Go writes them. */
import { endOfString, StringProblem, unquote } from '../../collector/promql/parse/strings.ts';
import type { Lines } from './lines.ts';

const DECIMAL = /^[+-]?(?:\d(?:_?\d)*\.?\d*|\.\d+)(?:e[+-]?\d+)?$/i;
const HEX = /^([+-]?)(0x[0-9a-f]+)$/i;
const OCTAL = /^([+-]?)0o?([0-7]+)$/;
const INFINITE = /^([+-]?)inf(?:inity)?$/i;

/** A line that is nothing but a number. */
export function parseNumber(text: string): number | undefined {
  const octal = OCTAL.exec(text);
  if (octal !== null) return sign(octal[1], Number.parseInt(octal[2] ?? '', 8));
  if (DECIMAL.test(text)) return Number(text.replaceAll('_', ''));
  const hex = HEX.exec(text);
  if (hex !== null) return sign(hex[1], Number(hex[2]));
  const infinite = INFINITE.exec(text);
  if (infinite !== null) return sign(infinite[1], Number.POSITIVE_INFINITY);
  return /^nan$/i.test(text) ? Number.NaN : undefined;
}

const sign = (mark: string | undefined, value: number) => (mark === '-' ? -value : value);

export function parseString(lines: Lines, literal: string): string {
  const end = /^["'`]/.test(literal) ? endOfString(literal, 0) : undefined;
  if (end === undefined || end instanceof StringProblem || end !== literal.length) {
    return lines.fail('`expect string` needs one quoted text');
  }
  return unquote(literal);
}
