/** Durations as Prometheus' files write them (`1h30m`), in milliseconds. */

const FORM = /^(?:(\d+)y)?(?:(\d+)w)?(?:(\d+)d)?(?:(\d+)h)?(?:(\d+)m)?(?:(\d+)s)?(?:(\d+)ms)?$/;
const UNITS = [31_536_000_000, 604_800_000, 86_400_000, 3_600_000, 60_000, 1000, 1];

export function parseSpan(text: string): number | undefined {
  if (text === '0') return 0;
  const parts = FORM.exec(text);
  if (parts === null || text === '') return undefined;
  return UNITS.reduce((sum, unit, at) => sum + Number(parts[at + 1] ?? 0) * unit, 0);
}
