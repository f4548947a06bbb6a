/** JSON of metadata: read within bounds, and written in the one form that is signed. */
import { Buffer } from 'node:buffer';
import { granted, type Outcome, refused } from './attacks.ts';

export type Json =
  | null
  | boolean
  | number
  | string
  | readonly Json[]
  | { readonly [name: string]: Json };
export type JsonObject = { readonly [name: string]: Json };

const JSON_LIMITS = { depth: 24, values: 200_000 } as const;

const UTF8 = new TextDecoder('utf-8', { fatal: true });
const SURROGATE = /\p{Surrogate}/u;

/** Reads bytes of a stranger: at most `maxBytes`, integers only, nested and counted within limits. */
export function readJson(bytes: Uint8Array, maxBytes: number, file: string): Outcome<Json> {
  if (bytes.length > maxBytes) {
    return refused('endless-data', file, `${bytes.length} bytes, at most ${maxBytes} are read`);
  }
  const excess = tooNested(bytes);
  if (excess !== undefined) return refused('endless-data', file, excess);
  let value: unknown;
  try {
    value = JSON.parse(UTF8.decode(bytes));
  } catch {
    return refused('malicious-mirror', file, 'it is not JSON');
  }
  const problem = notSignable(value);
  return problem === undefined
    ? granted(value as Json)
    : refused('malicious-mirror', file, problem);
}

/**
 * OLPC's canonical JSON: no white space, names in order of their code points, and in strings only
 * `"` and `\` escaped.
 */
export function canonicalJson(value: Json): string {
  if (typeof value === 'string') return `"${value.replaceAll(/["\\]/g, '\\$&')}"`;
  if (value === null || typeof value !== 'object') return String(value);
  if (isList(value)) return `[${value.map(canonicalJson).join(',')}]`;
  const members = Object.keys(value)
    .sort(byCodePoint)
    .map((name) => `${canonicalJson(name)}:${canonicalJson(value[name] as Json)}`);
  return `{${members.join(',')}}`;
}

export function canonicalBytes(value: Json): Uint8Array {
  return Buffer.from(canonicalJson(value), 'utf8');
}

function isList(value: Json): value is readonly Json[] {
  return Array.isArray(value);
}

function byCodePoint(a: string, b: string): number {
  return Buffer.compare(Buffer.from(a), Buffer.from(b));
}

const QUOTE = 0x22;
const BACKSLASH = 0x5c;
const COMMA = 0x2c;

/** Counts before anything is allocated: brackets and commas outside of strings. */
function tooNested(bytes: Uint8Array): string | undefined {
  let depth = 0;
  let values = 0;
  let inString = false;
  for (let at = 0; at < bytes.length; at += 1) {
    const byte = bytes[at];
    if (inString) {
      if (byte === BACKSLASH) at += 1;
      else if (byte === QUOTE) inString = false;
    } else if (byte === QUOTE) inString = true;
    else if (byte === COMMA) values += 1;
    else if (byte === 0x5b || byte === 0x7b) {
      depth += 1;
      values += 1;
      if (depth > JSON_LIMITS.depth) return `nested deeper than ${JSON_LIMITS.depth}`;
    } else if (byte === 0x5d || byte === 0x7d) depth -= 1;
    if (values > JSON_LIMITS.values) return `more than ${JSON_LIMITS.values} values`;
  }
  return undefined;
}

/** What has no canonical form, or two that look alike. The depth is bounded already. */
function notSignable(value: unknown): string | undefined {
  if (typeof value === 'number') {
    return Number.isSafeInteger(value) ? undefined : `${value} is not an exact integer`;
  }
  if (typeof value === 'string') {
    return SURROGATE.test(value) ? 'a string is not Unicode text' : undefined;
  }
  if (value === null || typeof value !== 'object') return undefined;
  for (const [name, inner] of Object.entries(value)) {
    const problem =
      (SURROGATE.test(name) ? 'a name is not Unicode text' : undefined) ?? notSignable(inner);
    if (problem !== undefined) return problem;
  }
  return undefined;
}
