/** Reads the keys of a receiver's configuration, and gathers everything that is wrong with them. */
import { nearest } from '../../../protocol/config/nearest.ts';
import { type Finding, finding } from '../../../protocol/config/problem.ts';
import { hide, type Secret } from '../../../protocol/config/secret.ts';
import { TemplateError } from '../../core/template/errors.ts';
import type { TemplateSet } from '../../core/template/template-set.ts';
import { parseSpan } from './span.ts';

export type Tree = Readonly<Record<string, unknown>>;

/** Where a secret is: written here, in a file, or in the environment. */
export type SecretSource =
  | { readonly from: 'text'; readonly secret: Secret }
  | { readonly from: 'file'; readonly path: string }
  | { readonly from: 'environment'; readonly variable: string };

export function isTree(value: unknown): value is Tree {
  return typeof value === 'object' && value !== null && !Array.isArray(value);
}

export class Fields {
  readonly path: readonly string[];
  readonly findings: Finding[];
  private readonly tree: Tree;
  private readonly templates: TemplateSet | undefined;
  private readonly known: string[] = [];

  constructor(
    tree: unknown,
    path: readonly string[],
    findings: Finding[],
    templates?: TemplateSet,
  ) {
    this.path = path;
    this.findings = findings;
    this.templates = templates;
    if (!isTree(tree)) {
      this.findings.push(finding('wrong-type', path, 'must be a group of keys'));
    }
    this.tree = isTree(tree) ? tree : {};
  }

  /** A number or a switch is text too, as in Alertmanager's files. */
  text(key: string): string | undefined {
    const value = this.take(key);
    if (value === undefined || typeof value === 'string') return value;
    if (typeof value === 'number' || typeof value === 'boolean') return String(value);
    this.wrong(key, 'must be text');
    return undefined;
  }

  needed(key: string, hint: string): string {
    const value = this.text(key);
    if (value !== undefined && value !== '') return value;
    if (this.tree[key] === undefined || this.tree[key] === null || value === '') {
      this.findings.push(
        finding('missing', [...this.path, key], 'is needed here and not set', hint),
      );
    }
    return '';
  }

  /** Text with templates in it; one that does not parse is a finding. */
  template(key: string, fallback: string): string {
    const text = this.text(key) ?? fallback;
    this.checkTemplate(key, text);
    return text;
  }

  checkTemplate(key: string, text: string): void {
    try {
      this.templates?.check(text);
    } catch (error) {
      if (!(error instanceof TemplateError)) throw error;
      this.findings.push(finding('malformed', [...this.path, key], error.message));
    }
  }

  flag(key: string, fallback: boolean): boolean {
    const value = this.take(key);
    if (value === undefined) return fallback;
    if (typeof value === 'boolean') return value;
    this.wrong(key, 'must be true or false');
    return fallback;
  }

  count(key: string, fallback: number): number {
    const value = this.take(key);
    if (value === undefined) return fallback;
    if (typeof value === 'number' && Number.isSafeInteger(value) && value >= 0) return value;
    this.wrong(key, 'must be a whole number from 0');
    return fallback;
  }

  /** In milliseconds. */
  span(key: string, fallback: number): number {
    const value = this.take(key);
    if (value === undefined) return fallback;
    const ms = typeof value === 'string' ? parseSpan(value) : undefined;
    if (ms !== undefined) return ms;
    this.wrong(key, 'must be a duration', 'e.g. 30s');
    return fallback;
  }

  choice<T extends string>(key: string, choices: readonly T[]): T | undefined {
    const value = this.text(key);
    if (value === undefined) return undefined;
    const found = choices.find((choice) => choice === value);
    if (found === undefined) {
      const hint = `one of ${choices.join(', ')}`;
      this.findings.push(finding('not-allowed', [...this.path, key], `must not be ${value}`, hint));
    }
    return found;
  }

  texts(key: string): readonly string[] | undefined {
    const value = this.take(key);
    if (value === undefined) return undefined;
    if (Array.isArray(value) && value.every((item) => typeof item === 'string')) return value;
    this.wrong(key, 'must be a list of texts');
    return undefined;
  }

  isList(key: string): boolean {
    return Array.isArray(this.tree[key]);
  }

  /** A group of texts under names of the writer's own. */
  named(key: string): Readonly<Record<string, string>> {
    const value = this.take(key);
    if (value === undefined) return {};
    if (isTree(value)) {
      const entries = Object.entries(value);
      if (entries.every((entry): entry is [string, string] => typeof entry[1] === 'string')) {
        return Object.fromEntries(entries);
      }
    }
    this.wrong(key, 'must be a group of keys with texts');
    return {};
  }

  group<T>(key: string, read: (fields: Fields) => T): T | undefined {
    const value = this.take(key);
    return value === undefined ? undefined : this.inner(value, [key], read);
  }

  list<T>(key: string, read: (fields: Fields) => T): readonly T[] {
    const value = this.take(key);
    if (value === undefined) return [];
    if (Array.isArray(value)) {
      return value.map((item: unknown, at) => this.inner(item, [key, String(at)], read));
    }
    this.wrong(key, 'must be a list');
    return [];
  }

  /** `key`, `key_file` or `key_env`; at most one of them. */
  secret(key: string): SecretSource | undefined {
    const text = this.text(key);
    const path = this.text(`${key}_file`);
    const variable = this.text(`${key}_env`);
    if ([text, path, variable].filter((one) => one !== undefined).length > 1) {
      const message = `at most one of ${key}, ${key}_file and ${key}_env may be set`;
      this.findings.push(finding('conflict', [...this.path, key], message));
    }
    if (text !== undefined) return { from: 'text', secret: hide(text) };
    if (path !== undefined) return { from: 'file', path };
    return variable === undefined ? undefined : { from: 'environment', variable };
  }

  neededSecret(key: string): SecretSource | undefined {
    const found = this.secret(key);
    if (found === undefined) {
      const hint = `set ${key}, ${key}_file or ${key}_env`;
      this.findings.push(
        finding('missing', [...this.path, key], 'is needed here and not set', hint),
      );
    }
    return found;
  }

  problem(key: string, message: string, hint?: string): void {
    this.findings.push(finding('malformed', [...this.path, key], message, hint));
  }

  /** A list whose entries somebody else reads. */
  raw(key: string): readonly unknown[] {
    const value = this.take(key);
    if (value === undefined || Array.isArray(value)) return value ?? [];
    this.wrong(key, 'must be a list');
    return [];
  }

  /** What is written and nobody asked for. */
  unknown(): readonly string[] {
    return Object.keys(this.tree).filter((key) => !this.known.includes(key));
  }

  /** Refuses that; `named` is what already has been. */
  done(named: (key: string) => boolean = () => false): void {
    for (const key of this.unknown()) {
      if (named(key)) continue;
      const near = nearest(key, this.known);
      const hint =
        near === undefined ? `known here: ${this.known.join(', ')}` : `did you mean ${near}?`;
      this.findings.push(finding('unknown-key', [...this.path, key], 'no such key', hint));
    }
  }

  private inner<T>(value: unknown, keys: readonly string[], read: (fields: Fields) => T): T {
    const fields = new Fields(value, [...this.path, ...keys], this.findings, this.templates);
    const result = read(fields);
    fields.done();
    return result;
  }

  /** null is a key whose value was left out. */
  private take(key: string): unknown {
    this.known.push(key);
    return Object.hasOwn(this.tree, key) ? (this.tree[key] ?? undefined) : undefined;
  }

  private wrong(key: string, message: string, hint?: string): void {
    this.findings.push(finding('wrong-type', [...this.path, key], message, hint));
  }
}
