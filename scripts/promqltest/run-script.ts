/** Runs one `.test` file: its commands in order, one outcome for each `eval`. */
import { setImmediate as nextTurn } from 'node:timers/promises';
import type { Engine } from '../../collector/core/query/engine.ts';
import type { Expr } from '../../collector/promql/ast.ts';
import { MemorySource } from '../../collector/promql/memory-source.ts';
import { parseExpr } from '../../collector/promql/parse/index.ts';
import type { SampleSource } from '../../collector/promql/source.ts';
import { type CaseClass, classOf } from './classify.ts';
import { type ExpectedFailure, expectedReason } from './expected-failures.ts';
import { load } from './load.ts';
import { parseScript } from './parse-script.ts';
import { type Failure, runEval } from './run-eval.ts';
import type { EvalCommand } from './script.ts';
import { showExpected } from './show.ts';

export interface RunOptions {
  readonly engineOver: (source: SampleSource) => Engine;
  /** For one case with all its variants. */
  readonly limitMs: number;
  readonly leaveOut: ReadonlySet<CaseClass>;
  readonly expectedFailures: readonly ExpectedFailure[];
}

export type Outcome =
  | { readonly status: 'passed' }
  | { readonly status: 'failed'; readonly failure: Failure }
  | { readonly status: 'expected'; readonly failure: Failure; readonly reason: string }
  | { readonly status: 'left-out'; readonly cause: string };

export interface CaseResult {
  readonly line: number;
  readonly expression: string;
  readonly class: CaseClass;
  readonly outcome: Outcome;
}

/** Throws `ScriptError` when the file is not as such a file must be. */
export async function runScript(
  file: string,
  text: string,
  options: RunOptions,
): Promise<readonly CaseResult[]> {
  const commands = parseScript(text);
  const source = new MemorySource();
  const engine = options.engineOver(source);
  const results: CaseResult[] = [];
  for (const command of commands) {
    if (command.kind === 'clear') source.clear();
    else if (command.kind === 'load') load(command, source);
    else results.push(await runCase(file, command, engine, source, options));
  }
  return results;
}

async function runCase(
  file: string,
  command: EvalCommand,
  engine: Engine,
  source: MemorySource,
  options: RunOptions,
): Promise<CaseResult> {
  const { line, expression } = command;
  const tree = parsed(expression);
  const kind = await classOf(command, tree instanceof Error ? undefined : tree, source);
  const result = (outcome: Outcome): CaseResult => ({ line, expression, class: kind, outcome });
  if (command.ignored) return result({ status: 'left-out', cause: 'ignored by the file' });
  if (options.leaveOut.has(kind)) return result({ status: 'left-out', cause: kind });
  const failure =
    tree instanceof Error
      ? unreadable(command, tree)
      : await runEval(engine, command, tree, limits(options.limitMs));
  if (failure === undefined) return result({ status: 'passed' });
  const reason = expectedReason(options.expectedFailures, file, command);
  if (reason === undefined) return result({ status: 'failed', failure });
  return result({ status: 'expected', failure, reason });
}

const limits = (limitMs: number) => ({
  signal: AbortSignal.timeout(limitMs),
  breathe: () => nextTurn(),
});

function parsed(expression: string): Expr | Error {
  try {
    return parseExpr(expression);
  } catch (error) {
    return error instanceof Error ? error : new Error(String(error));
  }
}

/** Prometheus reads all expressions before it runs any, also those that shall fail. */
const unreadable = ({ expectation }: EvalCommand, error: Error): Failure => ({
  reason: 'cannot be read',
  expected: showExpected(expectation.result),
  got: `error: ${error.message}`,
});
