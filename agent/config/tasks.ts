/**
 * The tasks' part of the configuration: `windows`, `metered` and `tasks.<name>`, composed from the
 * registry. A kind is loaded when a file names it, and cron's parser when a schedule needs it.
 */
import type { Environment } from '../../protocol/config/environment.ts';
import type { Conditions } from '../core/tasks/conditions.ts';
import type { Retries } from '../core/tasks/retry.ts';
import type { Schedule } from '../core/tasks/schedule.ts';
import type { Window } from '../core/tasks/window.ts';
import { minutesOf, type ParseCron, scheduleOf, WEEKDAYS } from '../core/tasks/written.ts';
import { taskKinds } from '../tasks/index.ts';
import type { Task } from '../tasks/task.ts';
import { COMMON, type TaskSettings, type WrittenTask, type WrittenWindow } from './task-schema.ts';

export { tasksRules } from './task-rules.ts';
export type { TaskSettings } from './task-schema.ts';
export { meteredSchema, tasksSchema, windowsSchema } from './task-schema.ts';

/** One task with everything decided. Durations are milliseconds. */
export interface TaskConfig {
  readonly kind: string;
  readonly options: unknown;
  /** What it works on, in the words of remedies. Absent: nothing that others do. */
  readonly claims?: readonly string[];
  readonly enabled: boolean;
  /** Runs in the helper. */
  readonly root: boolean;
  /** Absent: by hand alone. */
  readonly schedule?: Schedule;
  /** Bound of the device's own share. */
  readonly jitter: number;
  readonly missed: 'run' | 'skip';
  readonly window?: Window;
  readonly conditions: Conditions;
  readonly priority: number;
  readonly timeout: number;
  readonly retries: Retries;
}

export interface TasksConfig {
  readonly tasks: Readonly<Record<string, TaskConfig>>;
  /** Patterns of the interfaces that cost by the byte. */
  readonly metered: readonly string[];
}

/** The kinds that a file needs. When in doubt, all: a name that nobody knows is then told the nearest. */
export async function tasksMentioned(
  tree: unknown,
  env: Environment = {},
): Promise<readonly Task[]> {
  const { tasks } = Object(tree) as { readonly tasks?: unknown };
  const keys = new Set(
    Object.values(Object(tasks) as object).flatMap((one) => Object.keys(Object(one) as object)),
  );
  const known = new Set([...Object.keys(COMMON), ...taskKinds.map(({ kind }) => kind)]);
  const fromEnvironment = Object.keys(env).some((name) => name.startsWith('MUSTER_TASKS_'));
  const isPlain = !fromEnvironment && [...keys].every((key) => known.has(key));
  return loadedKinds(isPlain ? (kind) => keys.has(kind) : () => true);
}

/** The kinds that these tasks need. */
export function tasksOf(configs: Readonly<Record<string, TaskConfig>>): Promise<readonly Task[]> {
  const kinds = new Set(Object.values(configs).map(({ kind }) => kind));
  return loadedKinds((kind) => kinds.has(kind));
}

function loadedKinds(wanted: (kind: string) => boolean): Promise<readonly Task[]> {
  return Promise.all(taskKinds.filter(({ kind }) => wanted(kind)).map((of) => of.load()));
}

export function resolveTasks(
  kinds: readonly Task[],
  { tasks, windows, metered }: TaskSettings,
  parseCron: ParseCron,
): TasksConfig {
  const resolved = Object.entries(tasks).flatMap(([name, written]) => {
    const of = kinds.find(({ kind }) => written[kind] !== undefined);
    return of === undefined ? [] : [[name, resolveTask(of, written, windows, parseCron)] as const];
  });
  return { tasks: Object.fromEntries(resolved), metered };
}

function resolveTask(
  of: Task,
  written: WrittenTask,
  windows: TaskSettings['windows'],
  parseCron: ParseCron,
): TaskConfig {
  const { enabled, conditions, priority, retries } = written;
  const { timezone, jitter, missed } = written.schedule;
  const schedule = scheduleOf(written.schedule, timezone, parseCron);
  const name = written.window;
  const window = name === undefined ? undefined : windows[name];
  const claims = of.claims?.(written[of.kind]);
  return {
    kind: of.kind,
    options: written[of.kind],
    ...(claims === undefined ? {} : { claims }),
    ...{ enabled, jitter, missed, conditions, priority, retries },
    root: written.root ?? of.root,
    timeout: written.timeout ?? of.timeoutSeconds * 1000,
    ...(schedule === undefined ? {} : { schedule }),
    ...(name === undefined || window === undefined ? {} : { window: windowOf(name, window) }),
  };
}

export function windowOf(name: string, { days, from, to, timezone }: WrittenWindow): Window {
  return {
    name,
    days: days.map((day) => WEEKDAYS.indexOf(day)),
    from: minutesOf(from),
    to: minutesOf(to),
    zone: timezone,
  };
}
