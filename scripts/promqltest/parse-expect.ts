/** `expect …` lines under an `eval`. */
import { RE2JS } from 're2js';
import type { Lines } from './lines.ts';
import type { TextPattern } from './script.ts';

const EXPECT = /^expect\s+(ordered|fail|warn|no_warn|info|no_info)(?:\s+(regex|msg):(.+))?$/;

export interface Annotated {
  ordered: boolean;
  fail: TextPattern[] | undefined;
  readonly warn: TextPattern[];
  readonly info: TextPattern[];
  noWarn: boolean;
  noInfo: boolean;
}

export const nothingExpected = (): Annotated => ({
  ordered: false,
  fail: undefined,
  warn: [],
  info: [],
  noWarn: false,
  noInfo: false,
});

export const ANYTHING: TextPattern = { shown: 'anything', matches: () => true };

export const messagePattern = (message: string): TextPattern => ({
  shown: JSON.stringify(message),
  matches: (text) => text === message,
});

export function regexPattern(lines: Lines, source: string): TextPattern {
  try {
    const compiled = RE2JS.compile(source);
    return { shown: `/${source}/`, matches: (text) => compiled.matcher(text).find() };
  } catch (error) {
    return lines.fail(`the pattern ${JSON.stringify(source)} is wrong: ${String(error)}`);
  }
}

export function parseExpect(lines: Lines, line: string, into: Annotated): void {
  const parts = EXPECT.exec(line) ?? lines.fail('expected `expect <type> [<match>: <text>]`');
  const [, type, match, text = ''] = parts;
  const pattern = patternOf(lines, match, text.trim());
  switch (type) {
    case 'ordered':
      into.ordered = true;
      break;
    case 'fail':
      if (into.fail !== undefined && into.fail.length > 0) lines.fail('only one `expect fail`');
      into.fail = [pattern];
      break;
    case 'warn':
      into.warn.push(pattern);
      break;
    case 'info':
      into.info.push(pattern);
      break;
    case 'no_warn':
      into.noWarn = true;
      break;
    default:
      into.noInfo = true;
  }
  if (into.noWarn && into.warn.length > 0) lines.fail('`warn` and `no_warn` exclude each other');
  if (into.noInfo && into.info.length > 0) lines.fail('`info` and `no_info` exclude each other');
}

function patternOf(lines: Lines, match: string | undefined, text: string): TextPattern {
  if (match === undefined) return ANYTHING;
  return match === 'msg' ? messagePattern(text) : regexPattern(lines, text);
}
