/** Prometheus' durations (`1d12h`, `5m`, `90s`, `100ms`) in seconds. */
import { CallError } from '../errors.ts';
import { quote } from '../quoted.ts';

const FORM = /^(?:(\d+)y)?(?:(\d+)w)?(?:(\d+)d)?(?:(\d+)h)?(?:(\d+)m)?(?:(\d+)s)?(?:(\d+)ms)?$/;
const SECONDS = [31_536_000, 604_800, 86_400, 3600, 60, 1, 0.001];

export function parsePrometheusDuration(text: string): number {
  if (text === '0') return 0;
  if (text === '') throw new CallError('empty duration string');
  const sign = text.startsWith('-') ? -1 : 1;
  const parts = FORM.exec(text.replace(/^-/, ''));
  if (parts === null) throw new CallError(`not a valid duration string: ${quote(text)}`);
  const sum = SECONDS.reduce(
    (total, unit, index) => total + Number(parts[index + 1] ?? 0) * unit,
    0,
  );
  return sign * sum;
}
