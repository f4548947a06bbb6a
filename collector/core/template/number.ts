/** Go's number and character literals: an int, or a float64 where it is written as one. */
import { unquote } from './quoted.ts';

const INTEGER = /^([+-]?)(0[xX][0-9a-fA-F]+|0[bB][01]+|0[oO][0-7]+|0[0-7]*|[1-9][0-9]*)$/;
const DECIMAL = /^[+-]?(?:[0-9]+\.?[0-9]*|\.[0-9]+)(?:[eE][+-]?[0-9]+)?$/;
const HEX_FLOAT = /^([+-]?)0[xX]([0-9a-fA-F]*)\.?([0-9a-fA-F]*)[pP]([+-]?[0-9]+)$/;

export function parseNumber(written: string): bigint | number | undefined {
  if (written.startsWith("'")) {
    const char = unquote(written);
    const code = char?.codePointAt(0);
    return char === undefined || code === undefined || Array.from(char).length !== 1
      ? undefined
      : BigInt(code);
  }
  const text = written.replaceAll(/(?<=[0-9a-fA-FxXoObB])_(?=[0-9a-fA-F])/g, '');
  return parseInteger(text) ?? parseFloat64(text);
}

/** `strconv.ParseInt(text, 0, 64)`: with a leading 0 in octal. */
function parseInteger(text: string): bigint | undefined {
  const parts = INTEGER.exec(text);
  if (parts === null) return undefined;
  const digits = (parts[2] ?? '').replace(/^0(?=[0-7])/, '0o');
  const value = parts[1] === '-' ? -BigInt(digits) : BigInt(digits);
  return BigInt.asIntN(64, value) === value ? value : undefined;
}

function parseFloat64(text: string): number | undefined {
  if (DECIMAL.test(text)) {
    const value = Number(text);
    return Number.isFinite(value) ? value : undefined;
  }
  const parts = HEX_FLOAT.exec(text);
  if (parts === null) return undefined;
  const [, sign, whole = '', fraction = '', exponent] = parts;
  const digits = whole + fraction;
  if (digits === '') return undefined;
  const value = Number(BigInt(`0x${digits}`)) * 2 ** (Number(exponent) - 4 * fraction.length);
  return sign === '-' ? -value : value;
}
