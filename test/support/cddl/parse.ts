/** A parser of the part of CDDL (RFC 8610) that `protocol/muster.cddl` uses. Throws on the rest. */
import type { Entry, Group, Rules, Type } from './types.ts';

const TOKEN = /;[^\n]*|\s+|("[^"]*"|\.\.|\.[a-z]+|=>|-?\d+|[a-zA-Z_][\w-]*|[=/{}[\]().,:*+?^])/gy;

export function parseCddl(text: string): Rules {
  return new Parser(tokens(text)).rules();
}

function tokens(text: string): string[] {
  const found: string[] = [];
  let end = 0;
  for (const match of text.matchAll(TOKEN)) {
    end = match.index + match[0].length;
    if (match[1] !== undefined) found.push(match[1]);
  }
  if (end !== text.length) throw new Error(`no CDDL of ours at: ${text.slice(end, end + 20)}`);
  return found;
}

class Parser {
  private at = 0;
  private readonly tokens: readonly string[];

  constructor(list: readonly string[]) {
    this.tokens = list;
  }

  rules(): Rules {
    const rules = new Map<string, Entry>();
    while (this.at < this.tokens.length) {
      const name = this.next();
      this.expect('=');
      if (rules.has(name)) throw new Error(`rule ${name} stands twice`);
      rules.set(name, this.entry());
    }
    return rules;
  }

  private group(close: string): Group {
    const entries: Entry[] = [];
    while (!this.accept(close)) {
      entries.push(this.entry());
      this.accept(',');
    }
    return entries;
  }

  private entry(): Entry {
    const { min, max } = this.occurrence();
    const start = this.at;
    if (this.accept('(')) {
      const group = this.tryGroup();
      if (group !== undefined) return { min, max, cut: false, of: { kind: 'group', group } };
      this.at = start;
    }
    const type = this.type();
    if (this.accept(':')) {
      const key: Type = type.kind === 'name' ? { kind: 'value', value: type.name } : type;
      return { min, max, key, cut: true, of: this.type() };
    }
    if (this.accept('=>')) return { min, max, key: type, cut: false, of: this.type() };
    return { min, max, cut: false, of: type };
  }

  /** A group in parentheses, unless they turn out to stand around a type. */
  private tryGroup(): Group | undefined {
    const group = this.group(')');
    const after = this.tokens[this.at] ?? '';
    return after === '/' || after === '=>' || after === ':' || after.startsWith('.')
      ? undefined
      : group;
  }

  private occurrence(): { min: number; max: number } {
    if (this.accept('?')) return { min: 0, max: 1 };
    if (this.accept('+')) return { min: 1, max: Number.POSITIVE_INFINITY };
    if (this.accept('*')) return { min: 0, max: Number.POSITIVE_INFINITY };
    const counted = this.tokens[this.at + 1] === '*' && /^\d+$/.test(this.tokens[this.at] ?? '');
    if (!counted) return { min: 1, max: 1 };
    const min = Number(this.next());
    this.expect('*');
    const bounded = /^\d+$/.test(this.tokens[this.at] ?? '');
    return { min, max: bounded ? Number(this.next()) : Number.POSITIVE_INFINITY };
  }

  private type(): Type {
    const of = [this.restricted()];
    while (this.accept('/')) of.push(this.restricted());
    return of.length === 1 ? (of[0] as Type) : { kind: 'choice', of };
  }

  private restricted(): Type {
    const on = this.simple();
    const after = this.tokens[this.at] ?? '';
    if (this.accept('..')) return range(on, this.simple());
    if (!/^\.[a-z]+$/.test(after)) return on;
    this.at++;
    return { kind: 'control', op: after.slice(1), on, by: this.simple() };
  }

  private simple(): Type {
    const token = this.next();
    if (token === '{') return { kind: 'map', group: this.group('}') };
    if (token === '[') return { kind: 'array', group: this.group(']') };
    if (token === '(') {
      const type = this.type();
      this.expect(')');
      return type;
    }
    if (/^-?\d/.test(token)) return { kind: 'value', value: Number(token) };
    if (token.startsWith('"')) return { kind: 'value', value: token.slice(1, -1) };
    if (/^[a-zA-Z_]/.test(token)) return { kind: 'name', name: token };
    throw new Error(`a type was expected, not ${token}`);
  }

  private next(): string {
    const token = this.tokens[this.at++];
    if (token === undefined) throw new Error('the CDDL ends too early');
    return token;
  }

  private accept(token: string): boolean {
    if (this.tokens[this.at] !== token) return false;
    this.at++;
    return true;
  }

  private expect(token: string): void {
    const found = this.next();
    if (found !== token) throw new Error(`${token} was expected, not ${found}`);
  }
}

function range(low: Type, high: Type): Type {
  if (low.kind !== 'value' || high.kind !== 'value') throw new Error('a range needs two numbers');
  return { kind: 'range', min: Number(low.value), max: Number(high.value) };
}
