/** Functions on texts that both sets have, and the shapes in which functions are declared. */
import { RE2JS } from 're2js';
import { CallError } from '../errors.ts';
import { quote } from '../quoted.ts';
import { type FunctionSpec, textOf, type Value } from '../values.ts';

export type Named = readonly [name: string, spec: FunctionSpec];

/** A function of texts. */
export function texts(
  name: string,
  count: 1 | 2 | 3,
  call: (...args: readonly [string, string, string]) => Value,
): Named {
  const params = Array.from({ length: count }, () => 'string' as const);
  const spec: FunctionSpec = {
    params,
    call: ([a, b, c]) => call(textOf(a) ?? '', textOf(b) ?? '', textOf(c) ?? ''),
  };
  return [name, spec];
}

/** A function of one value of any kind. */
export function anything(name: string, call: (value: Value) => Value): Named {
  return [name, { params: ['any'], call: ([value]) => call(value) }];
}

const MAX_PATTERNS = 500;
const PATTERNS = new Map<string, RE2JS>();

function compiled(pattern: string, context = ''): RE2JS {
  const known = PATTERNS.get(pattern);
  if (known !== undefined) return known;
  if (PATTERNS.size >= MAX_PATTERNS) PATTERNS.clear();
  try {
    const made = RE2JS.compile(pattern);
    PATTERNS.set(pattern, made);
    return made;
  } catch (error) {
    const reason = error instanceof Error ? error.message : String(error);
    throw new CallError(context + reason);
  }
}

/** Anywhere in the text. */
export function matches(pattern: string, text: string): boolean {
  return compiled(pattern).matcher(text).find();
}

/** Go's ReplaceAllString: `$1`, `$name` and `${name}` stand for groups, `$$` for a dollar. */
export function replaceAll(pattern: string, replacement: string, text: string): string {
  // Go's MustCompile says more than Compile does.
  const regex = compiled(pattern, `regexp: Compile(${quote(pattern, '`')}): `);
  const matcher = regex.matcher(text);
  const names = Object.entries(regex.namedGroups());
  let out = '';
  let at = 0;
  while (matcher.find()) {
    const group = (name: string): string => {
      const index = /^[0-9]+$/.test(name)
        ? Number(name)
        : names.find(([known]) => known === name)?.[1];
      if (index === undefined || index > matcher.groupCount()) return '';
      return matcher.group(index) ?? '';
    };
    // Go takes no empty match right behind another.
    if (matcher.end() === at && matcher.start() === at && at > 0) continue;
    out += text.slice(at, matcher.start());
    out += replacement.replaceAll(
      /\$(?:\$|\{(\w+)\}|(\w+))/g,
      (_all, braced?: string, bare?: string) =>
        braced === undefined && bare === undefined ? '$' : group(braced ?? bare ?? ''),
    );
    at = matcher.end();
  }
  return out + text.slice(at);
}

/** `strings.Title`: a capital behind each ASCII mark and each space, the rest as it is. */
export function titleWords(text: string): string {
  return text.replaceAll(/(?<=^|\s|[!-/:-@[-^`{-~])\p{L}/gu, (letter) => letter.toUpperCase());
}

/** `strconv.ParseFloat`. */
export function parseGoFloat(text: string): number {
  const plain = /^[+-]?(?:\d+\.?\d*|\.\d+)(?:[eE][+-]?\d+)?$/;
  if (plain.test(text)) {
    const value = Number(text);
    if (Number.isFinite(value)) return value;
    throw new CallError(`strconv.ParseFloat: parsing ${quote(text)}: value out of range`);
  }
  const word = /^([+-]?)(?:(inf|infinity)|nan)$/i.exec(text);
  if (word !== null) {
    if (word[2] === undefined) return Number.NaN;
    return word[1] === '-' ? Number.NEGATIVE_INFINITY : Number.POSITIVE_INFINITY;
  }
  throw new CallError(`strconv.ParseFloat: parsing ${quote(text)}: invalid syntax`);
}
