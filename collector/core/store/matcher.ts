/**
 * Label matchers. Patterns come from users, so they run on an engine of linear time (re2js);
 * the common ones, literals and alternations of literals, need no engine at all.
 * Patterns are anchored at both ends, and a dot matches a newline, as in PromQL.
 */
import { RE2JS } from 're2js';
import { StoreError } from './errors.ts';
import type { Matcher } from './model.ts';

export interface CompiledMatcher {
  readonly name: string;
  /** Whether a series that lacks the label matches. */
  readonly matchesEmpty: boolean;
  /** The only values that can match, when they are few and known. */
  readonly literals: readonly string[] | undefined;
  readonly negative: boolean;
  test(value: string): boolean;
}

export function compileMatcher({ name, op, value }: Matcher): CompiledMatcher {
  const negative = op === '!=' || op === '!~';
  const literals = op === '=' || op === '!=' ? [value] : literalsOf(value);
  const positive = literals === undefined ? patternTest(name, value) : literalTest(literals);
  const test = negative ? (text: string) => !positive(text) : positive;
  return { name, negative, literals, matchesEmpty: test(''), test };
}

function literalTest(literals: readonly string[]): (text: string) => boolean {
  if (literals.length === 1) return (text) => text === literals[0];
  const set = new Set(literals);
  return (text) => set.has(text);
}

function patternTest(name: string, pattern: string): (text: string) => boolean {
  if (pattern === '.*') return () => true;
  if (pattern === '.+') return (text) => text !== '';
  const compiled = compilePattern(name, pattern);
  const prefix = literalPrefix(pattern);
  return (text) => text.startsWith(prefix) && compiled.testExact(text);
}

function compilePattern(name: string, pattern: string): RE2JS {
  try {
    return RE2JS.compile(pattern, RE2JS.DOTALL);
  } catch (error) {
    throw new StoreError('bad-matcher', `${name}=~${JSON.stringify(pattern)}`, error);
  }
}

const SPECIAL = /[\\.+*?()|[\]{}^$]/;

/** `a|b|c` as its branches, when none has anything special in it. */
function literalsOf(pattern: string): readonly string[] | undefined {
  const branches = pattern.split('|');
  return branches.some((branch) => SPECIAL.test(branch)) ? undefined : branches;
}

/** What every match begins with: cheap to ask before the engine is. */
function literalPrefix(pattern: string): string {
  if (pattern.includes('|')) return '';
  const end = pattern.search(SPECIAL);
  // A quantifier speaks about the character before it.
  const quantified = /[*?{]/.test(pattern[end] ?? '');
  return pattern.slice(0, Math.max(0, quantified ? end - 1 : end));
}
