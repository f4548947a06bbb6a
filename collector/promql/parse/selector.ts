/** Vector selectors: `name{label="value"}`. */
import { StoreError } from '../../core/store/errors.ts';
import { compileMatcher } from '../../core/store/matcher.ts';
import { type Matcher, type MatcherOp, METRIC } from '../../core/store/model.ts';
import type { VectorSelector } from '../ast.ts';
import type { Reader } from './reader.ts';
import { unquote } from './strings.ts';
import type { Token } from './token.ts';
import { mayNameMetric } from './words.ts';

const CONTEXT = 'label matching';
/** Alternations of literals, however many, are no work for an engine of regular expressions. */
const NEEDS_ENGINE = /[\\.+*?()[\]{}^$]/;
const OPERATORS: readonly MatcherOp[] = ['=', '!=', '=~', '!~'];

function startsSelector(kind: string): boolean {
  return kind === '{' || mayNameMetric(kind);
}

export function readSelector(reader: Reader): VectorSelector {
  const { start } = reader.token;
  if (!startsSelector(reader.token.kind)) reader.unexpected();
  const name = reader.is('{') ? '' : reader.take().text;
  const matchers: Matcher[] = name === '' ? [] : [{ name: METRIC, op: '=', value: name }];
  if (reader.takeIf('{') !== undefined) readMatchers(reader, matchers);
  return { kind: 'selector', name, matchers, offsetMs: 0, span: { start, end: reader.end } };
}

function readMatchers(reader: Reader, into: Matcher[]): void {
  while (reader.takeIf('}') === undefined) {
    into.push(readMatcher(reader));
    if (!reader.is('}')) reader.expect(',', CONTEXT, '"," or "}"');
  }
}

function readMatcher(reader: Reader): Matcher {
  const subject = reader.token;
  const quoted = subject.kind === 'string';
  if (!quoted && subject.kind !== 'identifier') {
    reader.unexpected(CONTEXT, 'identifier or "}"');
  }
  reader.take();
  const name = quoted ? unquote(subject.text) : subject.text;
  const op = OPERATORS.find((one) => reader.is(one));
  if (op === undefined) {
    // A quoted text alone is the metric's name.
    if (quoted && (reader.is(',') || reader.is('}'))) return { name: METRIC, op: '=', value: name };
    reader.unexpected(CONTEXT, 'label matching operator');
  }
  reader.take();
  const pattern = reader.expect('string', CONTEXT, 'string');
  const matcher = { name, op, value: unquote(pattern.text) };
  checkPattern(reader, matcher, subject, pattern);
  return matcher;
}

/** A pattern that cannot be read is refused where it stands, not when the store is asked. */
function checkPattern(reader: Reader, matcher: Matcher, from: Token, to: Token): void {
  if (matcher.op === '=' || matcher.op === '!=' || !NEEDS_ENGINE.test(matcher.value)) return;
  reader.countPattern(matcher.value, to);
  try {
    compileMatcher(matcher);
  } catch (error) {
    if (!(error instanceof StoreError)) throw error;
    reader.fail({ start: from.start, end: to.end }, told(error));
  }
}

/** Without the flag that the matcher's compiler puts before the pattern. */
function told({ cause, message }: StoreError): string {
  return cause instanceof Error ? cause.message.replace('`(?s)', '`') : message;
}
