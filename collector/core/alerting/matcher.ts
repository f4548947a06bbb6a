/** Alertmanager's label matchers: what routes, inhibition rules, silences and filters are made of. */
import { RE2JS } from 're2js';
import type { LabelSet } from '../label-set.ts';
import { compareText } from '../text.ts';

/** In Alertmanager's order of sorting. */
export const MATCHER_OPS = ['=', '!=', '=~', '!~'] as const;
export type MatcherOp = (typeof MATCHER_OPS)[number];

export interface MatcherText {
  readonly name: string;
  readonly op: MatcherOp;
  readonly value: string;
}

/** A missing label has the value ''. */
export interface LabelMatcher extends MatcherText {
  matches(value: string): boolean;
}

export class MatcherError extends Error {
  override readonly name = 'MatcherError';
}

export function createMatcher(name: string, op: MatcherOp, value: string): LabelMatcher {
  const positive = op === '=' || op === '!=' ? equals(value) : expression(name, op, value);
  const negative = op === '!=' || op === '!~';
  return { name, op, value, matches: negative ? (text) => !positive(text) : positive };
}

function equals(value: string): (text: string) => boolean {
  return (text) => text === value;
}

const SPECIAL = /[\\.+*?()|[\]{}^$]/;

/** Anchored, in linear time; alternations of plain texts need no engine. */
function expression(name: string, op: MatcherOp, pattern: string): (text: string) => boolean {
  const branches = pattern.split('|');
  if (!branches.some((branch) => SPECIAL.test(branch))) {
    const known = new Set(branches);
    return (text) => known.has(text);
  }
  try {
    const compiled = RE2JS.compile(pattern);
    return (text) => compiled.testExact(text);
  } catch (error) {
    const reason = error instanceof Error ? error.message : String(error);
    throw new MatcherError(`${name}${op}${quote(pattern)}: ${reason}`);
  }
}

export function matchesAll(matchers: readonly LabelMatcher[], labels: LabelSet): boolean {
  return matchers.every(({ name, matches }) => matches(labels.get(name)));
}

export const CLASSIC_NAME = /^[a-zA-Z_][a-zA-Z0-9_]*$/;

/** `foo="bar"`, as Alertmanager prints it; names beyond the classic ones in quotes. */
export function matcherText({ name, op, value }: MatcherText): string {
  const shown = /^[a-zA-Z_:][a-zA-Z0-9_:]*$/.test(name) ? name : quote(name);
  return `${shown}${op}${quote(value)}`;
}

/** `{a="b",c!="d"}`. */
export function matchersText(matchers: readonly MatcherText[]): string {
  return `{${matchers.map(matcherText).join(',')}}`;
}

export function quote(text: string): string {
  return `"${text.replaceAll('\\', '\\\\').replaceAll('\n', '\\n').replaceAll('"', '\\"')}"`;
}

export function compareMatchers(a: MatcherText, b: MatcherText): number {
  return (
    compareText(a.name, b.name) ||
    compareText(a.value, b.value) ||
    MATCHER_OPS.indexOf(a.op) - MATCHER_OPS.indexOf(b.op)
  );
}

export function sameMatchers(a: readonly MatcherText[], b: readonly MatcherText[]): boolean {
  if (a.length !== b.length) return false;
  return a.every((one, i) => compareMatchers(one, b[i] as MatcherText) === 0);
}
