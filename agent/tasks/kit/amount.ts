/** Amounts of bytes as system programs write them. */
const FACTORS: Readonly<Record<string, number>> = {
  K: 1024,
  M: 1024 ** 2,
  G: 1024 ** 3,
  T: 1024 ** 4,
};

/** `24.0M`, `0B`, `512`: powers of 1024. */
export function amountOf(text: string): number | undefined {
  const match = /^(\d+(?:\.\d+)?)([KMGT]?)(?:i?B)?$/.exec(text.trim());
  if (match === null) return undefined;
  return Math.round(Number(match[1]) * (FACTORS[match[2] ?? ''] ?? 1));
}
