/** Floats as Go's strconv writes them: shortest or with so many digits, halves to even. */

interface Digits {
  readonly negative: boolean;
  readonly digits: string;
  /** Where the point stands: 0.digits × 10^point. */
  readonly point: number;
}

export type FloatVerb = 'e' | 'f' | 'g' | 'E' | 'F' | 'G';

/** `precision` undefined is the shortest that reads back as the same number. */
export function formatFloat(value: number, verb: FloatVerb, precision?: number): string {
  if (Number.isNaN(value)) return 'NaN';
  if (!Number.isFinite(value)) return value > 0 ? '+Inf' : '-Inf';
  const lower = verb.toLowerCase();
  const text =
    lower === 'f'
      ? fixed(value, precision)
      : lower === 'e'
        ? exponential(value, precision)
        : general(value, precision);
  return verb === lower ? text : text.toUpperCase();
}

function fixed(value: number, precision: number | undefined): string {
  const all = precision === undefined ? shortest(value) : exact(value);
  const { digits, point, negative } =
    precision === undefined ? all : rounded(all, all.point + precision);
  const places = precision ?? Math.max(0, digits.length - point);
  const whole = point <= 0 ? '0' : digits.slice(0, point).padEnd(point, '0');
  const leading = '0'.repeat(Math.min(places, Math.max(0, -point)));
  const fraction = (leading + digits.slice(Math.max(0, point)))
    .padEnd(places, '0')
    .slice(0, places);
  return (negative ? '-' : '') + whole + (places === 0 ? '' : `.${fraction}`);
}

function exponential(value: number, precision: number | undefined): string {
  const found = precision === undefined ? shortest(value) : rounded(exact(value), precision + 1);
  return withExponent(found, precision ?? found.digits.length - 1);
}

function withExponent({ negative, digits, point }: Digits, places: number): string {
  const fraction = digits.slice(1, places + 1).padEnd(places, '0');
  const exponent = digits === '' ? 0 : point - 1;
  const shown = String(Math.abs(exponent)).padStart(2, '0');
  const mantissa = (digits[0] ?? '0') + (places <= 0 ? '' : `.${fraction}`);
  return `${negative ? '-' : ''}${mantissa}e${exponent < 0 ? '-' : '+'}${shown}`;
}

function general(value: number, precision: number | undefined): string {
  const wanted = precision === 0 ? 1 : precision;
  const found = wanted === undefined ? shortest(value) : rounded(exact(value), wanted);
  const digits = found.digits.replace(/0+$/, '');
  let limit = wanted ?? 6;
  if (limit > digits.length && digits.length >= found.point) limit = digits.length;
  if (wanted === undefined) limit = 6;
  const exponent = digits === '' ? 0 : found.point - 1;
  if (exponent < -4 || exponent >= Math.max(limit, 1)) {
    return withExponent({ ...found, digits }, Math.max(0, digits.length - 1));
  }
  const places = Math.max(0, digits.length - found.point);
  return plain({ ...found, digits }, places);
}

function plain({ negative, digits, point }: Digits, places: number): string {
  const whole = point <= 0 ? '0' : digits.slice(0, point).padEnd(point, '0');
  const fraction = '0'.repeat(Math.max(0, -point)) + digits.slice(Math.max(0, point));
  return (negative ? '-' : '') + whole + (places === 0 || digits === '' ? '' : `.${fraction}`);
}

function shortest(value: number): Digits {
  const [mantissa = '0', exponent = '0'] = Math.abs(value).toExponential().split('e');
  const digits = value === 0 ? '' : mantissa.replace('.', '');
  return { negative: isNegative(value), digits, point: value === 0 ? 0 : Number(exponent) + 1 };
}

/** All digits of the double, which is a whole number over a power of two. */
function exact(value: number): Digits {
  const negative = isNegative(value);
  if (value === 0) return { negative, digits: '', point: 0 };
  const view = new DataView(new ArrayBuffer(8));
  view.setFloat64(0, Math.abs(value));
  const bits = view.getBigUint64(0);
  const field = Number(bits >> 52n);
  const fraction = bits & 0xf_ffff_ffff_ffffn;
  const mantissa = field === 0 ? fraction : fraction | (1n << 52n);
  const exponent = Math.max(field, 1) - 1075;
  const [scaled, shift] =
    exponent >= 0
      ? [mantissa << BigInt(exponent), 0]
      : [mantissa * 5n ** BigInt(-exponent), exponent];
  const text = scaled.toString();
  return { negative, digits: text.replace(/0+$/, ''), point: text.length + shift };
}

/** To so many digits, halves to even. */
function rounded(all: Digits, count: number): Digits {
  const { digits, point, negative } = all;
  if (count >= digits.length) return all;
  if (count < 0) return { negative, digits: '', point: 0 };
  const kept = digits.slice(0, count);
  const next = digits.charCodeAt(count) - 48;
  const isHalf = next === 5 && digits.length === count + 1;
  const odd = count > 0 && (kept.charCodeAt(count - 1) - 48) % 2 === 1;
  if (next < 5 || (isHalf && !odd)) {
    return count === 0 ? { negative, digits: '', point: 0 } : { negative, digits: kept, point };
  }
  const up = (BigInt(kept === '' ? '0' : kept) + 1n).toString().padStart(count, '0');
  return { negative, digits: up, point: point + up.length - count };
}

function isNegative(value: number): boolean {
  return value < 0 || Object.is(value, -0);
}
