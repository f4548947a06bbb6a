/**
 * Quantities as people write them: `10s`, `1h30m`, `64MiB`.
 *
 * A bare number is refused on purpose: nobody should have to remember whether `interval: 60` meant
 * seconds or milliseconds.
 */
const MILLISECONDS = { d: 86_400_000, h: 3_600_000, m: 60_000, s: 1000, ms: 1 } as const;
const DURATION_UNITS = Object.keys(MILLISECONDS) as (keyof typeof MILLISECONDS)[];

const BYTES = {
  TiB: 1024 ** 4,
  GiB: 1024 ** 3,
  MiB: 1024 ** 2,
  KiB: 1024,
  TB: 1e12,
  GB: 1e9,
  MB: 1e6,
  kB: 1000,
  B: 1,
} as const;
const BINARY_UNITS = ['TiB', 'GiB', 'MiB', 'KiB', 'B'] as const;

export const DURATION_PATTERN =
  '^(?=\\d)(\\d{1,6}d)?(\\d{1,6}h)?(\\d{1,6}m)?(\\d{1,9}s)?(\\d{1,9}ms)?$';
export const SIZE_PATTERN = '^\\d{1,9}(\\.\\d{1,3})?(TiB|GiB|MiB|KiB|TB|GB|MB|kB|B)$';

const DURATION = new RegExp(DURATION_PATTERN);
const SIZE = new RegExp(SIZE_PATTERN);

/** Milliseconds, or `undefined` when the text is not a duration. */
export function parseDuration(text: string): number | undefined {
  const parts = DURATION.exec(text);
  if (parts === null) return undefined;
  return DURATION_UNITS.reduce(
    (sum, unit, index) => sum + Number.parseInt(parts[index + 1] ?? '0', 10) * MILLISECONDS[unit],
    0,
  );
}

/** The shortest text that `parseDuration` reads back as the same number. */
export function formatDuration(milliseconds: number): string {
  let rest = Math.round(milliseconds);
  let text = '';
  for (const unit of DURATION_UNITS) {
    const count = Math.floor(rest / MILLISECONDS[unit]);
    if (count > 0) text += `${count}${unit}`;
    rest -= count * MILLISECONDS[unit];
  }
  return text || '0s';
}

/** Whole bytes, or `undefined` when the text is not a size. */
export function parseSize(text: string): number | undefined {
  const parts = SIZE.exec(text);
  if (parts === null) return undefined;
  const unit = parts[2] as keyof typeof BYTES;
  return Math.round(Number.parseFloat(text) * BYTES[unit]);
}

/** A text that `parseSize` reads back as the same number. */
export function formatSize(bytes: number): string {
  const unit =
    BINARY_UNITS.find((name) => bytes >= BYTES[name] && bytes % BYTES[name] === 0) ?? 'B';
  return `${bytes / BYTES[unit]}${unit}`;
}
