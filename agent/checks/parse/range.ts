/**
 * Threshold ranges as monitoring plug-ins write them: `10` (alert outside 0 to 10), `10:` (below 10),
 * `~:10` (above 10), `10:20` (outside), `@10:20` (inside).
 */

export interface Range {
  readonly start: number;
  readonly end: number;
  /** Alert inside, bounds included, instead of outside. */
  readonly inside: boolean;
}

/** A decimal number, with a point or a comma. */
export const NUMBER = String.raw`[-+]?(?:\d+(?:[.,]\d*)?|[.,]\d+)(?:[eE][-+]?\d+)?`;
const RANGE = new RegExp(`^(@?)(?:(~|${NUMBER})?(:))?(${NUMBER})?$`);

/** `undefined` when the text is not a range. */
export function parseRange(text: string): Range | undefined {
  const parts = RANGE.exec(text);
  if (parts === null || text === '' || text === '@') return undefined;
  const [, at, low, colon, high] = parts;
  const start = low === '~' ? Number.NEGATIVE_INFINITY : numberOf(low, 0);
  const end = numberOf(high, Number.POSITIVE_INFINITY);
  if (colon !== undefined && low === undefined && high === undefined) return undefined;
  return start > end ? undefined : { start, end, inside: at === '@' };
}

export function alerts({ start, end, inside }: Range, value: number): boolean {
  return (value >= start && value <= end) === inside;
}

/** Some plug-ins write numbers as their locale has them. */
export function numberOf(text: string | undefined, otherwise: number): number {
  return text === undefined || text === '' ? otherwise : Number(text.replace(',', '.'));
}
