/** Durations and times as Prometheus reads them; milliseconds inside. */

const UNITS = { ms: 1, s: 1e3, m: 6e4, h: 3.6e6, d: 8.64e7, w: 6.048e8, y: 3.1536e10 } as const;
/** Units must fall from left to right, each at most once: `1h30m`, never `30m1h`. */
const DURATION = /^(?:(\d+)y)?(?:(\d+)w)?(?:(\d+)d)?(?:(\d+)h)?(?:(\d+)m)?(?:(\d+)s)?(?:(\d+)ms)?$/;
const ORDER = ['y', 'w', 'd', 'h', 'm', 's', 'ms'] as const;
const NUMBER = /^[+-]?(\d+\.?\d*|\.\d+)(e[+-]?\d+)?$/i;
const RFC3339 = /^\d{4}-\d{2}-\d{2}T\d{2}:\d{2}:\d{2}(\.\d+)?(Z|[+-]\d{2}:\d{2})$/;
/** The range of an ECMAScript Date. */
export const MAX_TIME = 8.64e15;

/** `1h30m` in milliseconds, or `undefined`. */
export function parseDuration(text: string): number | undefined {
  const parts = text === '' ? null : DURATION.exec(text);
  if (parts === null) return text === '0' ? 0 : undefined;
  let total = 0;
  ORDER.forEach((unit, index) => {
    total += Number(parts[index + 1] ?? 0) * UNITS[unit];
  });
  return total <= MAX_TIME ? total : undefined;
}

/** Seconds as a number, or a duration; milliseconds out. */
export function parseSeconds(text: string): number | undefined {
  if (!NUMBER.test(text)) return parseDuration(text);
  const ms = Math.round(Number(text) * 1000);
  return Math.abs(ms) <= MAX_TIME ? ms : undefined;
}

/** Unix seconds with a fraction, or RFC 3339; UTC milliseconds out. */
export function parseTime(text: string): number | undefined {
  if (NUMBER.test(text)) return parseSeconds(text);
  if (!RFC3339.test(text)) return undefined;
  const ms = Date.parse(text);
  return Number.isNaN(ms) ? undefined : ms;
}
