/** Runs an executor as the engine does: configuration checked, real files, real programs. */
import { createClock } from '../../../agent/io/clock.ts';
import { openHost } from '../../../agent/io/host.ts';
import { createUpkeep } from '../../../agent/io/maintenance/upkeep.ts';
import { createRunner } from '../../../agent/io/runner.ts';
import type { Task, TaskContext, TaskOutcome } from '../../../agent/tasks/task.ts';
import { check } from '../../../protocol/config/check.ts';

export interface Surroundings extends Partial<TaskContext> {
  /** Where what the task prints goes. */
  readonly printed?: string[];
}

function taskContext({ printed = [], ...rest }: Surroundings = {}): TaskContext {
  return {
    host: openHost(),
    clock: createClock(),
    runner: createRunner(),
    upkeep: createUpkeep(),
    name: 'test',
    signal: new AbortController().signal,
    timeoutMs: 60_000,
    dryRun: false,
    folder: '/nonexistent/etc',
    data: '/nonexistent/data',
    device: 'device-1',
    collectorUrl: undefined,
    print: (line) => printed.push(line),
    ...rest,
  };
}

/** `path message` of everything that is wrong with what is written. */
export function problemsOf(task: Task, written: unknown): string[] {
  const { value, problems } = check(task.schema, written);
  const found = problems.map((each) => JSON.stringify(each));
  if (value === undefined) return found;
  return (task.problems?.(value) ?? []).map(({ key, message }) => `${key} ${message}`);
}

export async function runTask(
  task: Task,
  written: unknown,
  surroundings: Surroundings = {},
): Promise<TaskOutcome> {
  const problems = problemsOf(task, written);
  if (problems.length > 0) throw new Error(`refused: ${problems.join('; ')}`);
  const { value } = check(task.schema, written);
  return task.run(value, taskContext(surroundings));
}
