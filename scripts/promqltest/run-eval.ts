/**
 * Asks an engine what an `eval` says and holds the answer against what it expects. As in Prometheus'
 * runner an instant query is asked more than once: with `@` at other times, and as the middle of a
 * range query.
 */
import type {
  Engine,
  Evaluated,
  EvaluationOptions,
  Value,
} from '../../collector/core/query/engine.ts';
import type { Expr } from '../../collector/promql/ast.ts';
import { atVariants, type Variant } from './at-variants.ts';
import { difference } from './compare.ts';
import { notesDifference } from './notes.ts';
import type { EvalCommand, Expectation } from './script.ts';
import { showExpected, showValue } from './show.ts';

export interface Failure {
  readonly reason: string;
  /** What was asked, when it is not just what the file says. */
  readonly asked?: string;
  readonly expected: string;
  readonly got: string;
}

type Answer = Evaluated | Error;

/** These mean something else in a range query. */
const OF_THE_QUERY = /(start|end|range|step)\(\)/;
const MINUTE = 60_000;

export async function runEval(
  engine: Engine,
  command: EvalCommand,
  tree: Expr,
  options: EvaluationOptions,
): Promise<Failure | undefined> {
  const { asked, expression } = command;
  if (asked.type === 'range') {
    const answer = await settled(engine.range(expression, asked.steps, options));
    return judged(answer, command.expectation);
  }
  const at =
    command.expectation.result.type === 'matrix' ? command.expectation.result.steps.end : asked.at;
  const variants = [{ expression, at }, ...atVariants(expression, tree, at)];
  for (const variant of variants) {
    const failure = await runInstant(engine, command, variant, options);
    if (failure !== undefined) {
      return variant === variants[0] ? failure : { ...failure, asked: shown(variant, failure) };
    }
  }
  return undefined;
}

const shown = ({ expression, at }: Variant, { asked }: Failure) =>
  asked ?? `${expression} at ${at / 1000} s`;

async function runInstant(
  engine: Engine,
  { expectation }: EvalCommand,
  { expression, at }: Variant,
  options: EvaluationOptions,
): Promise<Failure | undefined> {
  const answer = await settled(engine.instant(expression, at, options));
  const failure = judged(answer, expectation);
  const { type } = expectation.result;
  if (failure !== undefined || answer instanceof Error) return failure;
  if (type === 'matrix' || type === 'string' || OF_THE_QUERY.test(expression)) return undefined;
  const steps = { start: at - MINUTE, end: at + MINUTE, step: MINUTE };
  const range = await settled(engine.range(expression, steps, options));
  const wrong = rangeFailure(range, answer.value, at, expectation);
  const asked = `${expression} at ${at / 1000} s as the middle of a range`;
  return wrong === undefined ? undefined : { ...wrong, asked };
}

function rangeFailure(
  range: Answer,
  instant: Value,
  at: number,
  expectation: Expectation,
): Failure | undefined {
  if (range instanceof Error) return failed('failed', expectation, range);
  if (expectation.ordered) return undefined;
  const value = middle(range.value, instant, at);
  const wrong = difference(value, expectation);
  return wrong === undefined ? undefined : failed(wrong, expectation, value);
}

/** What a range query says about one time, in the type of the instant query. */
function middle(range: Value, instant: Value, time: number): Value {
  if (range.type !== 'matrix') return range;
  const samples = range.series.flatMap(({ labels, times, values, histograms }) => {
    const index = times.indexOf(time);
    if (index < 0) return [];
    const histogram = histograms?.[index];
    const sample = { labels, time, value: values[index] as number };
    return [histogram === undefined ? sample : { ...sample, histogram }];
  });
  if (instant.type !== 'scalar') return { type: 'vector', samples };
  return { type: 'scalar', time, value: samples[0]?.value ?? Number.NaN };
}

function judged(answer: Answer, expectation: Expectation): Failure | undefined {
  const { fail } = expectation;
  if (answer instanceof Error) {
    if (fail === undefined) return failed('failed', expectation, answer);
    const unmatched = fail.find((pattern) => !pattern.matches(answer.message));
    if (unmatched === undefined) return undefined;
    return { reason: 'wrong error', expected: unmatched.shown, got: answer.message };
  }
  if (fail !== undefined) {
    const expected = `an error ${fail.map((pattern) => pattern.shown).join(', ')}`;
    return { reason: 'did not fail', expected, got: showValue(answer.value) };
  }
  const wrong = notesDifference(answer, expectation) ?? difference(answer.value, expectation);
  return wrong === undefined ? undefined : failed(wrong, expectation, answer.value);
}

function failed(reason: string, { result }: Expectation, got: Value | Error): Failure {
  const shownGot = got instanceof Error ? `error: ${got.message}` : showValue(got);
  return { reason, expected: showExpected(result), got: shownGot };
}

async function settled(promise: Promise<Evaluated>): Promise<Answer> {
  try {
    return await promise;
  } catch (error) {
    return error instanceof Error ? error : new Error(String(error));
  }
}
