/** Reads one mapping of the configuration key by key, and remembers every problem with its path. */

import { nearest } from '../../../../protocol/config/nearest.ts';
import type { Finding } from '../../../../protocol/config/problem.ts';
import { finding } from '../../../../protocol/config/problem.ts';
import { parseDuration } from '../../query/duration.ts';

export type Mapping = Readonly<Record<string, unknown>>;

export class Section {
  readonly keys: readonly string[];
  readonly problems: Finding[];
  private readonly tree: Mapping;
  private readonly asked = new Set<string>();

  constructor(tree: unknown, keys: readonly string[], problems: Finding[]) {
    this.keys = keys;
    this.problems = problems;
    this.tree = isMapping(tree) ? tree : {};
    if (tree !== undefined && tree !== null && !isMapping(tree)) {
      problems.push(finding('wrong-type', keys, `must be a mapping, not ${typeText(tree)}`));
    }
  }

  has(key: string): boolean {
    return (this.tree[key] ?? undefined) !== undefined;
  }

  raw(key: string): unknown {
    this.asked.add(key);
    return this.tree[key] ?? undefined;
  }

  text(key: string): string | undefined {
    const value = this.raw(key);
    return value === undefined ? undefined : this.scalar(value, [key]);
  }

  flag(key: string): boolean | undefined {
    const value = this.raw(key);
    if (value === undefined || typeof value === 'boolean') return value;
    if (typeof value === 'string' && /^(yes|on|no|off)$/i.test(value)) {
      return /^(yes|on)$/i.test(value);
    }
    this.refuse('wrong-type', [key], `must be true or false, not ${typeText(value)}`);
    return undefined;
  }

  /** Milliseconds. */
  duration(key: string): number | undefined {
    const text = this.text(key);
    if (text === undefined) return undefined;
    const ms = parseDuration(text);
    if (ms === undefined) {
      const message = `${JSON.stringify(text)} is not a duration`;
      this.refuse('malformed', [key], message, 'write one like 30s, 5m or 1h30m');
    }
    return ms;
  }

  /** Texts of a list; numbers and booleans count as what they look like. */
  texts(key: string): readonly string[] | undefined {
    const list = this.list(key);
    return list?.map((one, i) => this.scalar(one, [key, String(i)]) ?? '');
  }

  /** Texts by name, e.g. `match`. */
  textMap(key: string): readonly (readonly [string, string])[] {
    const value = this.raw(key);
    if (value === undefined) return [];
    if (!isMapping(value)) {
      this.refuse('wrong-type', [key], `must be a mapping, not ${typeText(value)}`);
      return [];
    }
    return Object.entries(value).map(([name, one]) => [name, this.scalar(one, [key, name]) ?? '']);
  }

  section(key: string): Section | undefined {
    const value = this.raw(key);
    return value === undefined ? undefined : this.inner(value, [key]);
  }

  sections(key: string): readonly Section[] {
    return (this.list(key) ?? []).map((one, i) => this.inner(one, [key, String(i)]));
  }

  list(key: string): readonly unknown[] | undefined {
    const value = this.raw(key);
    if (value === undefined || Array.isArray(value)) return value;
    this.refuse('wrong-type', [key], `must be a list, not ${typeText(value)}`);
    return undefined;
  }

  refuse(code: Finding['code'], keys: readonly string[], message: string, hint?: string): void {
    this.problems.push(finding(code, [...this.keys, ...keys], message, hint));
  }

  /** Every key that nobody asked for is one that nobody knows. */
  end(alsoKnown: readonly string[] = []): void {
    const known = [...this.asked, ...alsoKnown];
    for (const key of Object.keys(this.tree)) {
      if (known.includes(key)) continue;
      const near = nearest(key, known);
      const hint = near === undefined ? `known here: ${known.join(', ')}` : `did you mean ${near}?`;
      this.refuse('unknown-key', [key], 'no such key', hint);
    }
  }

  /** Names of all keys, whoever knows them. */
  names(): readonly string[] {
    return Object.keys(this.tree);
  }

  private inner(value: unknown, keys: readonly string[]): Section {
    return new Section(value, [...this.keys, ...keys], this.problems);
  }

  private scalar(value: unknown, keys: readonly string[]): string | undefined {
    if (typeof value === 'string') return value;
    if (typeof value === 'number' || typeof value === 'boolean') return String(value);
    if (value === null) return '';
    this.refuse('wrong-type', keys, `must be a text, not ${typeText(value)}`);
    return undefined;
  }
}

export function isMapping(value: unknown): value is Mapping {
  return typeof value === 'object' && value !== null && !Array.isArray(value);
}

function typeText(value: unknown): string {
  if (Array.isArray(value)) return 'a list';
  if (isMapping(value)) return 'a mapping';
  return typeof value === 'string' ? 'a text' : `a ${typeof value}`;
}
