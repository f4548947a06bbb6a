/**
 * Numbers as the kernel prints them. All values are doubles: counters that the kernel keeps in 64
 * bits are rounded to the nearest double when they pass 2^53, as node_exporter does. That is the
 * one rule for large counters, and `Number(text)` follows it.
 */

/** A finite decimal number, or `undefined` for anything else (blank included). */
export function decimal(text: string): number | undefined {
  const trimmed = text.trim();
  if (trimmed === '') return undefined;
  const value = Number(trimmed);
  return Number.isFinite(value) ? value : undefined;
}

/** A hexadecimal number with or without `0x`, as sysfs prints flags. */
export function hexadecimal(text: string): number | undefined {
  const trimmed = text.trim();
  return /^(0[xX])?[0-9a-fA-F]{1,16}$/.test(trimmed) ? Number.parseInt(trimmed, 16) : undefined;
}
