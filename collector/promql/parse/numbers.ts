/** Numbers and durations in a query's text, as Go reads them. */

const DECIMAL = /(?:\d+(?:_\d+)*\.?(?:\d+(?:_\d+)*)?|\.\d+(?:_\d+)*)(?:[eE][+-]?\d+(?:_\d+)*)?/y;
const HEX = /0[xX](?:_?[0-9a-fA-F])+/y;
/** Units after the first number; whether they fall in order is seen later. */
const UNITS = /[smhdwy]s?(?:\d+[smhdw]s?)*/y;
const DIGITS = /\d+/y;
const EXPONENT = /[eE]/;
const WORD = /[a-zA-Z0-9_]/;
const OCTAL = /^0(?:_?[0-7])+$/;

export interface Quantity {
  readonly kind: 'number' | 'duration';
  readonly end: number;
}

/** What stands at `start`, or how far it was followed when it is neither. */
export function quantityAt(text: string, start: number): Quantity | number {
  const end = match(HEX, text, start) ?? match(DECIMAL, text, start) ?? start + 1;
  if (!WORD.test(text[end] ?? '')) return { kind: 'number', end };
  const units = match(UNITS, text, end);
  if (units === undefined) return EXPONENT.test(text[end] ?? '') ? end + 1 : end;
  if (!WORD.test(text[units] ?? '')) return { kind: 'duration', end: units };
  return match(DIGITS, text, units) ?? units + 1;
}

function match(pattern: RegExp, text: string, at: number): number | undefined {
  pattern.lastIndex = at;
  return pattern.test(text) ? pattern.lastIndex : undefined;
}

/** A leading zero means octal, where all digits allow it. */
export function numberOf(literal: string): number {
  const lower = literal.toLowerCase();
  if (lower === 'inf') return Number.POSITIVE_INFINITY;
  if (lower === 'nan') return Number.NaN;
  const digits = lower.replaceAll('_', '');
  return OCTAL.test(lower) ? Number.parseInt(digits, 8) : Number(digits);
}
