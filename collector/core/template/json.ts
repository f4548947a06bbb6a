/** `toJson`: a value as Go's encoding/json writes it. */
import { formatTime } from './time-layout.ts';
import { Dict, FunctionValue, List, SafeText, Struct, type Value } from './values.ts';

const LAYOUT = '2006-01-02T15:04:05.999999999Z07:00';
// json.Marshal keeps these out of the way of HTML.
const HTML = /[<>&\u2028\u2029]/g;

export function toJson(value: Value): string {
  return JSON.stringify(plain(value)).replaceAll(HTML, (char) => {
    return `\\u${char.charCodeAt(0).toString(16).padStart(4, '0')}`;
  });
}

/** RFC 3339 without needless zeros. */
export function rfc3339(ms: number): string {
  return formatTime(LAYOUT, ms, 'UTC');
}

type Json = string | number | boolean | null | readonly Json[] | { readonly [key: string]: Json };

function plain(value: Value): Json {
  if (value === undefined || value === null || value instanceof FunctionValue) return null;
  if (value instanceof SafeText) return value.text;
  if (value instanceof List) return value.items.map(plain);
  if (value instanceof Dict) {
    return Object.fromEntries(value.sortedKeys.map((key) => [key, plain(value.entries.get(key))]));
  }
  if (value instanceof Struct) return struct(value);
  return typeof value === 'bigint' ? Number(value) : value;
}

function struct(value: Struct): Json {
  const { nanoseconds } = value;
  if (value.type === 'time.Time') return rfc3339(Number((nanoseconds ?? 0n) / 1_000_000n));
  if (nanoseconds !== undefined) return Number(nanoseconds);
  const small = value.type !== 'template.Pair';
  const entries = [...value.fields].map(([name, field]): [string, Json] => [
    small ? name.charAt(0).toLowerCase() + name.slice(1) : name,
    plain(field),
  ]);
  return Object.fromEntries(entries);
}
