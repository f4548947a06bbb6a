/** Numbers for people: the functions that Prometheus and Alertmanager share. */
import { CallError } from '../errors.ts';
import { formatFloat } from '../float.ts';
import { timeValue } from '../time.ts';
import { Struct, textOf, typeName, type Value } from '../values.ts';
import { parseGoFloat } from './text.ts';

const LARGE = ['k', 'M', 'G', 'T', 'P', 'E', 'Z', 'Y'];
const SMALL = ['m', 'u', 'n', 'p', 'f', 'a', 'z', 'y'];
const BINARY = ['ki', 'Mi', 'Gi', 'Ti', 'Pi', 'Ei', 'Zi', 'Yi'];

export function numberOf(value: Value): number {
  if (typeof value === 'number') return value;
  if (typeof value === 'bigint') return Number(value);
  const text = textOf(value);
  if (text !== undefined) return parseGoFloat(text);
  if (value instanceof Struct && value.type === 'time.Duration')
    return Number(value.nanoseconds ?? 0n) / 1e9;
  throw new CallError(`can't convert ${typeName(value)} to float`);
}

export function humanize(value: number): string {
  if (value === 0 || !Number.isFinite(value)) return short(value);
  return Math.abs(value) >= 1 ? scaledUp(value, 1000, LARGE) : scaledDown(value);
}

export function humanize1024(value: number): string {
  return Math.abs(value) <= 1 || !Number.isFinite(value)
    ? short(value)
    : scaledUp(value, 1024, BINARY);
}

export function humanizePercentage(value: number): string {
  return `${short(value * 100)}%`;
}

export function humanizeDuration(value: number): string {
  if (!Number.isFinite(value)) return short(value);
  if (value === 0) return `${short(value)}s`;
  if (Math.abs(value) < 1) return `${scaledDown(value)}s`;
  const sign = value < 0 ? '-' : '';
  const size = Math.abs(value);
  const whole = BigInt(Math.trunc(size));
  const seconds = whole % 60n;
  const minutes = (whole / 60n) % 60n;
  const hours = (whole / 3600n) % 24n;
  const days = whole / 86_400n;
  if (days !== 0n) return `${sign}${days}d ${hours}h ${minutes}m ${seconds}s`;
  if (hours !== 0n) return `${sign}${hours}h ${minutes}m ${seconds}s`;
  if (minutes !== 0n) return `${sign}${minutes}m ${seconds}s`;
  return `${sign}${short(size)}s`;
}

export function humanizeTimestamp(value: number): string {
  if (!Number.isFinite(value)) return short(value);
  return timeValue(millisecondsOf(value)).text ?? '';
}

/** Seconds to milliseconds, within what Go's nanoseconds hold. */
export function millisecondsOf(seconds: number): number {
  const nanoseconds = seconds * 1e9;
  if (nanoseconds > 2 ** 63 || nanoseconds < -(2 ** 63)) {
    throw new CallError(
      `${formatFloat(seconds, 'g')} cannot be represented as a nanoseconds timestamp since it overflows int64`,
    );
  }
  return Math.trunc(nanoseconds / 1e6);
}

function scaledUp(value: number, factor: number, prefixes: readonly string[]): string {
  let scaled = value;
  let prefix = '';
  for (const next of prefixes) {
    if (Math.abs(scaled) < factor) break;
    prefix = next;
    scaled /= factor;
  }
  return short(scaled) + prefix;
}

function scaledDown(value: number): string {
  let scaled = value;
  let prefix = '';
  for (const next of SMALL) {
    if (Math.abs(scaled) >= 1) break;
    prefix = next;
    scaled *= 1000;
  }
  return short(scaled) + prefix;
}

/** `%.4g`. */
function short(value: number): string {
  return formatFloat(value, 'g', 4);
}
