/**
 * Reads matchers as Alertmanager does: names of any characters first (`"a b"=c`, nothing unquoted
 * that is reserved), then the older form, where anything may stand unquoted behind the sign. Where
 * both read a text and mean different things, the older one counts.
 */
import {
  createMatcher,
  type LabelMatcher,
  MatcherError,
  type MatcherOp,
  type MatcherText,
  sameMatchers,
} from './matcher.ts';

/** `{a="b",c!="d"}`, `a=b`, or several of them with commas between. */
export function parseMatchers(text: string): LabelMatcher[] {
  const modern = attempt(() => parseModern(text));
  const classic = attempt(() => parseClassic(text));
  if (modern instanceof MatcherError) {
    if (classic instanceof MatcherError) throw classic;
    return compiled(classic);
  }
  const differ = !(classic instanceof MatcherError) && !sameMatchers(modern, classic);
  return compiled(differ ? classic : modern);
}

export function parseMatcher(text: string): LabelMatcher {
  const [first, ...others] = parseMatchers(text);
  if (first === undefined || others.length > 0) {
    throw new MatcherError(`bad matcher format: ${text}`);
  }
  return first;
}

function compiled(matchers: readonly MatcherText[]): LabelMatcher[] {
  return matchers.map(({ name, op, value }) => createMatcher(name, op, value));
}

function attempt(read: () => MatcherText[]): MatcherText[] | MatcherError {
  try {
    return read();
  } catch (error) {
    if (error instanceof MatcherError) return error;
    throw error;
  }
}

const CLASSIC = /^\s*([a-zA-Z_:][a-zA-Z0-9_:]*)\s*(=~|=|!=|!~)\s*([\s\S]*?)\s*$/;

function parseClassic(text: string): MatcherText[] {
  const inside = text.replace(/^\{/, '').replace(/\}$/, '');
  return pieces(inside).map(classicMatcher);
}

/** Cut at commas outside quotes; nothing behind the last comma is no piece. */
function pieces(text: string): string[] {
  const found: string[] = [];
  let piece = '';
  let quoted = false;
  let escaped = false;
  for (const char of text) {
    if (char === ',' && !quoted) {
      found.push(piece);
      piece = '';
      continue;
    }
    if (!escaped && char === '"') quoted = !quoted;
    escaped = !escaped && char === '\\';
    piece += char;
  }
  if (piece !== '') found.push(piece);
  return found;
}

function classicMatcher(text: string): MatcherText {
  const parts = CLASSIC.exec(text);
  if (parts === null) throw new MatcherError(`bad matcher format: ${text}`);
  const [, name = '', op = '=', raw = ''] = parts;
  return { name, op: op as MatcherOp, value: classicValue(raw) };
}

function classicValue(raw: string): string {
  const quoted = raw.startsWith('"');
  const body = quoted ? raw.slice(1) : raw;
  let value = '';
  for (let i = 0; i < body.length; i++) {
    const char = body[i] as string;
    const last = i === body.length - 1;
    if (char === '"') {
      if (!quoted || !last) {
        throw new MatcherError(`matcher value contains unescaped double quote: ${raw}`);
      }
      return value;
    }
    if (char !== '\\' || last) {
      value += char;
      continue;
    }
    const next = body[++i] as string;
    if (next === 'n') value += '\n';
    else if (next === '"' || next === '\\') value += next;
    else value += `\\${next}`;
  }
  if (quoted) throw new MatcherError(`matcher value contains unescaped double quote: ${raw}`);
  return value;
}

const BLANK = /\s*/y;
const UNQUOTED = /[^\s{}!=~,\\"'`]+/y;
const QUOTED = /"(?:[^"\\\n]|\\[\s\S])*"/y;
const OP = /=~|!~|!=|=/y;

function parseModern(text: string): MatcherText[] {
  let at = 0;
  const found: MatcherText[] = [];
  const braces = text.trimStart().startsWith('{');
  if (braces) take(/\s*\{\s*/y);
  blank();
  while (at < text.length && text[at] !== '}') {
    found.push(one());
    if (take(/\s*,\s*/y) === undefined) break;
  }
  blank();
  if (braces && take(/\}\s*/y) === undefined) fail('expected close brace');
  if (at < text.length) fail(`unexpected ${text.slice(at, at + 10)}`);
  return found;

  function one(): MatcherText {
    const name = word('label name');
    blank();
    const op = take(OP) ?? fail('expected an operator such as =, !=, =~ or !~');
    blank();
    const value = word('label value');
    if (name === '') fail('expected a label name');
    return { name, op: op as MatcherOp, value };
  }

  function word(what: string): string {
    const quoted = take(QUOTED);
    if (quoted !== undefined) return unquote(quoted);
    return take(UNQUOTED) ?? fail(`expected ${what}`);
  }

  function unquote(quoted: string): string {
    return quoted.slice(1, -1).replaceAll(/\\([\s\S])/g, (whole, char: string) => {
      const plain = { n: '\n', t: '\t', r: '\r', '"': '"', '\\': '\\' }[char];
      return plain ?? fail(`unknown escape sequence ${whole}`);
    });
  }

  function blank(): void {
    take(BLANK);
  }

  function take(pattern: RegExp): string | undefined {
    pattern.lastIndex = at;
    const match = pattern.exec(text)?.[0];
    if (match !== undefined) at += match.length;
    return match;
  }

  function fail(reason: string): never {
    throw new MatcherError(`bad matcher format: ${text}: ${at}: ${reason}`);
  }
}
