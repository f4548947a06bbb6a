/** Numbers as Go's %g writes them: 0.25, 100000, 1e+06, +Inf. */

export function numberText(value: number): string {
  if (Number.isNaN(value)) return 'NaN';
  if (!Number.isFinite(value)) return value > 0 ? '+Inf' : '-Inf';
  if (value === 0) return Object.is(value, -0) ? '-0' : '0';
  const [digits, exponent] = value.toExponential().split('e') as [string, string];
  const power = Number(exponent);
  // Between these two, JavaScript writes no exponent either.
  if (power >= -4 && power < 6) return String(value);
  const magnitude = Math.abs(power).toString().padStart(2, '0');
  return `${digits}e${power < 0 ? '-' : '+'}${magnitude}`;
}
