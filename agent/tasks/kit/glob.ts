/**
 * Patterns of file names, matched without regular expressions and without their backtracking.
 *
 * `*` and `?` stay within a part of the path, `[a-z]` and `[!a-z]` are one character, `{a,b}` is
 * either, `**` as a part is any number of folders. `\` takes the next character as it is. A pattern
 * stands for the whole path from the root.
 */
const MOST_ALTERNATIVES = 64;

type Token =
  | { readonly kind: 'one'; readonly matches: (character: string) => boolean }
  | { readonly kind: 'any' };
type Part = '**' | readonly Token[];

export interface Glob {
  matches(path: string): boolean;
}

/** Why a pattern is none; `undefined` when it is one. */
export function globProblem(pattern: string): string | undefined {
  try {
    compileGlob(pattern);
    return undefined;
  } catch (error) {
    return error instanceof Error ? error.message : String(error);
  }
}

export function compileGlob(pattern: string): Glob {
  if (pattern.startsWith('/'))
    throw new Error(`pattern ${pattern} begins with /: write it from the root on`);
  const choices = alternatives(pattern).map((each) => each.split('/').map(partOf));
  for (const part of pattern.split('/')) {
    if (part === '' || part === '.' || part === '..') {
      throw new Error(`pattern ${pattern} has an empty part, "." or ".."`);
    }
  }
  return {
    matches(path) {
      const names = path.split('/').map((name) => Array.from(name));
      return choices.some((parts) => matchesParts(parts, names));
    },
  };
}

/** One pattern over a whole text: `*` stands for anything, `/` too. */
export function matchesText(pattern: string, text: string): boolean {
  return matchesTokens(tokensOf(pattern), Array.from(text));
}

export function compileGlobs(patterns: readonly string[]): Glob {
  const globs = patterns.map(compileGlob);
  return { matches: (path) => globs.some((glob) => glob.matches(path)) };
}

function partOf(text: string): Part {
  return text === '**' ? '**' : tokensOf(text);
}

function tokensOf(text: string): Token[] {
  const tokens: Token[] = [];
  const characters = Array.from(text);
  for (let at = 0; at < characters.length; at += 1) {
    const character = characters[at] ?? '';
    if (character === '*') tokens.push({ kind: 'any' });
    else if (character === '?') tokens.push({ kind: 'one', matches: () => true });
    else if (character === '[') {
      const end = characters.indexOf(']', at + (characters[at + 1] === '!' ? 3 : 2));
      if (end < 0) throw new Error(`pattern ${text} has a [ without a ]`);
      tokens.push({ kind: 'one', matches: setOf(characters.slice(at + 1, end)) });
      at = end;
    } else {
      if (character === '\\') at += 1;
      const wanted = characters[at];
      if (wanted === undefined) throw new Error(`pattern ${text} ends with a \\`);
      tokens.push({ kind: 'one', matches: (each) => each === wanted });
    }
  }
  return tokens;
}

function setOf(inside: readonly string[]): (character: string) => boolean {
  const isNegated = inside[0] === '!';
  const members = isNegated ? inside.slice(1) : inside;
  const ranges: (readonly [string, string])[] = [];
  for (let at = 0; at < members.length; at += 1) {
    const first = members[at] ?? '';
    const last = members[at + 2];
    const isRange = members[at + 1] === '-' && last !== undefined;
    ranges.push([first, isRange ? last : first]);
    if (isRange) at += 2;
  }
  return (character) =>
    ranges.some(([first, last]) => character >= first && character <= last) !== isNegated;
}

/** Back to the last `*` alone: what an earlier one could match, a later one can too. */
function matchesTokens(tokens: readonly Token[], text: readonly string[]): boolean {
  return greedy(
    tokens,
    text,
    (token) => token.kind === 'any',
    (token, character) => token.kind === 'one' && token.matches(character),
  );
}

function matchesParts(parts: readonly Part[], names: readonly (readonly string[])[]): boolean {
  return greedy(
    parts,
    names,
    (part) => part === '**',
    (part, name) => part !== '**' && matchesTokens(part, name),
  );
}

function greedy<P, T>(
  pattern: readonly P[],
  items: readonly T[],
  isAny: (each: P) => boolean,
  matches: (each: P, item: T) => boolean,
): boolean {
  let at = 0;
  let star = -1;
  let from = 0;
  for (let index = 0; index < items.length; ) {
    const each = pattern[at];
    if (each !== undefined && isAny(each)) {
      star = at;
      from = index;
      at += 1;
    } else if (each !== undefined && matches(each, items[index] as T)) {
      at += 1;
      index += 1;
    } else {
      if (star < 0) return false;
      from += 1;
      index = from;
      at = star + 1;
    }
  }
  while (at < pattern.length && isAny(pattern[at] as P)) at += 1;
  return at === pattern.length;
}

function alternatives(pattern: string): readonly string[] {
  let done: string[] = [];
  const open: string[] = [pattern];
  while (open.length > 0) {
    const next = open.pop() ?? '';
    const brace = innermost(next);
    if (brace === undefined) done = [...done, next];
    else {
      const [start, end] = brace;
      for (const choice of next.slice(start + 1, end).split(',')) {
        open.push(next.slice(0, start) + choice + next.slice(end + 1));
      }
    }
    if (done.length + open.length > MOST_ALTERNATIVES) {
      throw new Error(`pattern ${pattern} stands for more than ${MOST_ALTERNATIVES} patterns`);
    }
  }
  return done;
}

function innermost(pattern: string): readonly [number, number] | undefined {
  let start = -1;
  for (let at = 0; at < pattern.length; at += 1) {
    if (pattern[at] === '\\') at += 1;
    else if (pattern[at] === '{') start = at;
    else if (pattern[at] === '}' && start >= 0) return [start, at];
  }
  if (start >= 0) throw new Error(`pattern ${pattern} has a { without a }`);
  return undefined;
}
