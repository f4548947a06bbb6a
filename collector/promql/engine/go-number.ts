/** Numbers as Go prints them by default (`%v`), in errors. */

export function goNumber(value: number): string {
  if (Number.isNaN(value)) return 'NaN';
  if (!Number.isFinite(value)) return value > 0 ? '+Inf' : '-Inf';
  const [mantissa, power] = value.toExponential().split('e') as [string, string];
  const exponent = Number(power);
  if (exponent >= -4 && exponent < 21) return plain(value);
  const digits = String(Math.abs(exponent)).padStart(2, '0');
  return `${mantissa}e${exponent < 0 ? '-' : '+'}${digits}`;
}

/** ECMAScript writes 1e-7 and below with an exponent; here none is that small. */
function plain(value: number): string {
  return Object.is(value, -0) ? '-0' : String(value);
}
