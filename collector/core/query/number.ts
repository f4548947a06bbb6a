/** Numbers as texts, apart from the rest so that the command line carries nothing else. */

/** As Go's `strconv` writes it: shortest form, exponents of two digits, `NaN`, `+Inf`, `-Inf`. */
export function formatValue(value: number): string {
  if (Number.isFinite(value)) {
    if (Object.is(value, -0)) return '-0';
    const text = String(value);
    return text.includes('e') ? text.replace(/e([+-])(\d)$/, 'e$10$2') : text;
  }
  if (Number.isNaN(value)) return 'NaN';
  return value > 0 ? '+Inf' : '-Inf';
}
