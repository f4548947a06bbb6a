/**
 * Plain selectors: `name{label="value"}[5m] offset 1h @ 1700000000`, and nothing else.
 *
 * What is PromQL but no plain selector is refused by name: a wrong answer would be worse.
 */
import { parseDuration, parseSeconds } from './duration.ts';
import { matchesEmpty } from './labels.ts';
import { Scanner } from './scanner.ts';
import { type Matcher, type MatcherOp, QueryError } from './types.ts';

export interface Selector {
  readonly matchers: readonly Matcher[];
  /** Present for range selectors, milliseconds. */
  readonly rangeMs?: number;
  readonly offsetMs: number;
  /** A fixed instant, or an end of the query's range. */
  readonly at?: number | 'start' | 'end';
}

const METRIC = /[a-zA-Z_:][a-zA-Z0-9_:]*/y;
const LABEL = /[a-zA-Z_][a-zA-Z0-9_]*/y;
const NUMBER = /[+-]?(\d+\.?\d*|\.\d+)([eE][+-]?\d+)?/y;
const DURATION = /(\d+(ms|[smhdwy]))+|\d+(\.\d+)?/y;
const NOT_A_NAME = /^(nan|inf)$/i;
const OPERATORS: readonly MatcherOp[] = ['=~', '!~', '!=', '='];

export function parseSelector(text: string): Selector {
  const input = new Scanner(text);
  if (input.atEnd) input.fail('no expression found in input');
  const matchers = parseMatchersAt(input);
  const rangeMs = parseRange(input);
  const modifiers = parseModifiers(input);
  if (input.peek('['))
    input.fail('no offset or @ modifiers allowed before a range, and no second range');
  if (!input.atEnd) return notPlain(input);
  return { matchers, ...(rangeMs === undefined ? {} : { rangeMs }), ...modifiers };
}

/** A `match[]` parameter: matchers without range, offset or `@`. */
export function parseMatchers(text: string): readonly Matcher[] {
  const { matchers, rangeMs, offsetMs, at } = parseSelector(text);
  if (rangeMs !== undefined || offsetMs !== 0 || at !== undefined) {
    throw new QueryError(
      'bad_data',
      '1:1: parse error: a series selector has no range, offset or @',
    );
  }
  return matchers;
}

function parseMatchersAt(input: Scanner): readonly Matcher[] {
  const start = input.position;
  const name = input.match(METRIC);
  if (name !== undefined && (NOT_A_NAME.test(name) || input.peek('(')))
    return notPlain(input, start);
  const listed = input.take('{') ? parseList(input, name) : undefined;
  if (name === undefined && listed === undefined) return notPlain(input, start);
  const named: Matcher[] = name === undefined ? [] : [{ name: '__name__', op: '=', value: name }];
  const matchers = [...named, ...(listed ?? [])];
  if (matchers.every(matchesEmpty)) {
    input.fail('vector selector must contain at least one non-empty matcher', start);
  }
  return matchers;
}

function parseList(input: Scanner, outer: string | undefined): readonly Matcher[] {
  const matchers: Matcher[] = [];
  let name = outer;
  while (!input.take('}')) {
    const position = input.position;
    const matcher = parseMatcher(input);
    if (matcher.name === '__name__' && matcher.op === '=') {
      if (name !== undefined) {
        input.fail(`metric name must not be set twice: "${name}" or "${matcher.value}"`, position);
      }
      name = matcher.value;
    }
    checkPattern(input, matcher, position);
    matchers.push(matcher);
    if (!input.take(',') && !input.peek('}')) {
      input.fail(`unexpected ${input.next} in label matching, expected "," or "}"`);
    }
  }
  return matchers;
}

/** A pattern that cannot be read is refused where it stands. */
function checkPattern(input: Scanner, matcher: Matcher, position: number): void {
  try {
    matchesEmpty(matcher);
  } catch (error) {
    if (!(error instanceof QueryError)) throw error;
    input.fail(error.message, position);
  }
}

function parseMatcher(input: Scanner): Matcher {
  const quoted = input.string();
  const name = quoted ?? input.match(LABEL);
  if (name === undefined) input.fail(`unexpected ${input.next} in label matching`);
  const op = OPERATORS.find((operator) => input.take(operator));
  if (op === undefined) {
    // {"metric.name"}: a quoted string alone is the metric's name.
    if (quoted !== undefined && (input.peek(',') || input.peek('}'))) {
      return { name: '__name__', op: '=', value: quoted };
    }
    input.fail(`unexpected ${input.next} in label matching, expected an operator`);
  }
  const value = input.string();
  if (value === undefined)
    input.fail(`unexpected ${input.next} in label matching, expected string`);
  return { name, op, value };
}

function parseRange(input: Scanner): number | undefined {
  const start = input.position;
  if (!input.take('[')) return undefined;
  const range = durationAt(input);
  if (range === undefined) input.fail(`unexpected ${input.next} in range, expected a duration`);
  if (input.peek(':')) return notPlain(input, start);
  if (!input.take(']')) input.fail(`unexpected ${input.next} in range, expected "]"`);
  if (range <= 0) input.fail('duration must be greater than 0', start);
  return range;
}

function parseModifiers(input: Scanner): Pick<Selector, 'offsetMs' | 'at'> {
  let offsetMs: number | undefined;
  let at: Selector['at'];
  for (;;) {
    const start = input.position;
    if (input.match(/offset\b/iy) !== undefined) {
      if (offsetMs !== undefined) input.fail('offset may not be set multiple times', start);
      const negative = input.take('-');
      const offset = durationAt(input);
      if (offset === undefined)
        input.fail(`unexpected ${input.next} in offset, expected a duration`);
      offsetMs = negative ? -offset : offset;
    } else if (input.take('@')) {
      if (at !== undefined) input.fail('@ <timestamp> may not be set multiple times', start);
      at = parseAt(input);
    } else {
      return { offsetMs: offsetMs ?? 0, ...(at === undefined ? {} : { at }) };
    }
  }
}

function parseAt(input: Scanner): number | 'start' | 'end' {
  const edge = input.match(/(start|end)\s*\(\s*\)/iy);
  if (edge !== undefined) return edge.toLowerCase().startsWith('start') ? 'start' : 'end';
  const position = input.position;
  const ms = parseSeconds(input.match(NUMBER) ?? '');
  if (ms === undefined) input.fail('timestamp out of bounds or missing for @ modifier', position);
  return ms;
}

/** A duration, or seconds as a plain number (Prometheus 3). */
function durationAt(input: Scanner): number | undefined {
  const text = input.match(DURATION);
  return text === undefined ? undefined : (parseDuration(text) ?? parseSeconds(text));
}

function notPlain(input: Scanner, position = input.position): never {
  input.position = position;
  input.fail(
    `${input.next} does not belong to a plain selector, and only plain selectors, ` +
      'name{label="value"}[5m] offset 1h @ time, are evaluated so far: ' +
      'functions, operators and aggregations come with the PromQL engine',
  );
}
