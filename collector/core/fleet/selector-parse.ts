/** Reads the requirements of a selector. */
import { isId } from '../../../protocol/ids.ts';
import { SelectorError } from './selector-error.ts';

/** `ne` and `notin` hold where the key is absent too, as in Kubernetes. */
export type Requirement =
  | { readonly key: string; readonly op: 'eq' | 'ne'; readonly value: string }
  | { readonly key: string; readonly op: 'in' | 'notin'; readonly values: readonly string[] }
  | { readonly key: string; readonly op: 'exists' | 'absent' };

const MAX_CHARS = 4096;
const BLANK = /\s*/y;
const KEY = /[A-Za-z0-9_](?:[A-Za-z0-9_./-]*[A-Za-z0-9_])?/y;
const VALUE = /[^\s,()=!"<>]+/y;
const QUOTED = /"(?:[^"\\]|\\.)*"/y;
const COMPARE = /==|=|!=/y;
const SET = /(?:notin|in)(?![A-Za-z0-9_./-])/y;

export function parseRequirements(text: string): readonly Requirement[] {
  if (text.length > MAX_CHARS) {
    throw new SelectorError(`${text.slice(0, 40)}...`, MAX_CHARS, 'longer than a selector may be');
  }
  const only = text.trim();
  if (only === '') throw new SelectorError(text, 0, 'is empty: say all to mean every device');
  if (only === 'all' || only === '*') return [];
  const read = new Reader(text).all();
  const [first] = read;
  // One word alone is a device, since nobody types device= for one; label.<name> asks for a label.
  if (read.length === 1 && first?.op === 'exists' && isId(only)) {
    return [{ key: 'device', op: 'eq', value: only }];
  }
  return read;
}

class Reader {
  private readonly text: string;
  private at = 0;

  constructor(text: string) {
    this.text = text;
  }

  all(): Requirement[] {
    const found: Requirement[] = [];
    for (;;) {
      found.push(this.requirement());
      this.take(BLANK);
      if (this.at === this.text.length) return found;
      this.sign(',', 'expected a comma before the next requirement');
    }
  }

  private requirement(): Requirement {
    this.take(BLANK);
    if (this.text[this.at] === '!') {
      this.at += 1;
      return { key: this.key(), op: 'absent' };
    }
    const key = this.key();
    this.take(BLANK);
    const compare = this.take(COMPARE);
    if (compare !== undefined)
      return { key, op: compare === '!=' ? 'ne' : 'eq', value: this.value() };
    const set = this.take(SET);
    if (set !== undefined) return { key, op: set === 'in' ? 'in' : 'notin', values: this.values() };
    return { key, op: 'exists' };
  }

  private key(): string {
    this.take(BLANK);
    const key = this.take(KEY);
    if (key === undefined) this.fail('expected the name of a label, device, site or fact.<name>');
    return key;
  }

  private values(): string[] {
    this.take(BLANK);
    this.sign('(', 'expected ( before the values');
    const found: string[] = [];
    for (;;) {
      this.take(BLANK);
      const before = this.at;
      const value = this.quoted() ?? this.take(VALUE);
      if (value === undefined) this.fail('expected a value', before);
      found.push(value);
      this.take(BLANK);
      if (this.text[this.at] === ')') break;
      this.sign(',', 'expected a comma or ) behind the value');
    }
    this.at += 1;
    return found;
  }

  /** Nothing is the empty text, as in Kubernetes. */
  private value(): string {
    this.take(BLANK);
    return this.quoted() ?? this.take(VALUE) ?? '';
  }

  private quoted(): string | undefined {
    if (this.text[this.at] !== '"') return undefined;
    const before = this.at;
    const quoted = this.take(QUOTED);
    if (quoted === undefined) this.fail('the quote is not closed');
    try {
      return JSON.parse(quoted) as string;
    } catch {
      return this.fail('is no text in quotes: escape as in JSON', before);
    }
  }

  private sign(sign: string, reason: string): void {
    if (this.text[this.at] !== sign) this.fail(reason);
    this.at += 1;
  }

  private take(pattern: RegExp): string | undefined {
    pattern.lastIndex = this.at;
    const found = pattern.exec(this.text)?.[0];
    this.at += found?.length ?? 0;
    return found;
  }

  private fail(reason: string, at = this.at): never {
    throw new SelectorError(this.text, at, reason);
  }
}
