/** Programs that an executor runs: an argument list, never a shell. */
import type { RunOptions, RunResult } from '../../ports/caretaking.ts';
import type { TaskContext } from '../task.ts';

type Command = readonly [string, ...string[]];
type Settings = Partial<Pick<RunOptions, 'env' | 'keepBytes' | 'cwd' | 'timeoutMs'>>;

/** Plain English and plain numbers, whatever the device's language is. */
const PLAIN = { LC_ALL: 'C.UTF-8', LANGUAGE: 'C' };

/** Runs a program to its end and prints what it says. Rejects when the task was aborted. */
export async function runProgram(
  context: TaskContext,
  command: Command,
  settings: Settings & { readonly quiet?: boolean } = {},
): Promise<RunResult> {
  const { quiet = false, env, ...rest } = settings;
  context.signal.throwIfAborted();
  const result = await context.runner.run(command, {
    timeoutMs: context.timeoutMs,
    signal: context.signal,
    ...(quiet ? {} : { output: printer(context) }),
    ...rest,
    env: { ...PLAIN, ...env },
  });
  context.signal.throwIfAborted();
  return result;
}

/** Why a program did not do its work; `undefined` when it did. */
export function failureOf(
  [program]: Command,
  result: RunResult,
  good: readonly number[] = [0],
): string | undefined {
  if (result.refused !== undefined) {
    const why = result.refused === 'ENOENT' ? 'is not installed' : `cannot run: ${result.refused}`;
    return `${program} ${why}`;
  }
  if (result.timedOut) return `${program} did not end in time`;
  if (result.code === undefined) return `${program} was ended by ${result.signal ?? 'a signal'}`;
  if (good.includes(result.code)) return undefined;
  const said = lastLine(result.stderr) ?? lastLine(result.stdout);
  return `${program} ended with ${result.code}${said === undefined ? '' : `: ${said}`}`;
}

export function isMissing(result: RunResult): boolean {
  return result.refused === 'ENOENT' || result.refused === 'EACCES';
}

/** The last that speaks of an error, or else the last. */
function lastLine(text: string): string | undefined {
  const lines = text.trim().split('\n');
  return (lines.findLast((line) => /\berror\b|^E: /i.test(line)) ?? lines.at(-1)) || undefined;
}

function printer(context: TaskContext): (text: string) => void {
  return (text) => {
    for (const line of text.split('\n')) if (line.trim() !== '') context.print(line);
  };
}
