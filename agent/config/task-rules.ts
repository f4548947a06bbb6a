/** What is wrong between the keys of `tasks` and `windows`, which a schema of single keys cannot say. */
import { nearest } from '../../protocol/config/nearest.ts';
import type { Finding } from '../../protocol/config/problem.ts';
import { finding } from '../../protocol/config/problem.ts';
import { nextDue } from '../core/tasks/schedule.ts';
import { type ParseCron, scheduleOf } from '../core/tasks/written.ts';
import { isZone } from '../core/tasks/zone.ts';
import { taskKinds } from '../tasks/index.ts';
import type { Task } from '../tasks/task.ts';
import type { TaskSettings, WrittenTask } from './task-schema.ts';

type Path = readonly string[];

const MOST_TASKS = 128;
const WAYS = ['daily', 'weekly', 'monthly', 'cron'] as const;
/** Any instant will do to see whether a pattern is ever due. */
const SOME_TIME = Date.UTC(2026, 0, 1);

export function tasksRules(
  kinds: readonly Task[],
  { tasks, windows }: Pick<TaskSettings, 'tasks' | 'windows'>,
  parseCron: ParseCron,
): readonly Finding[] {
  const found = Object.entries(tasks).flatMap(([name, written]) => {
    const at = ['tasks', name];
    return [
      ...kindProblems(kinds, written, at),
      ...scheduleProblems(written, [...at, 'schedule'], parseCron),
      ...windowProblems(written, at, Object.keys(windows)),
    ];
  });
  const number = Object.keys(tasks).length;
  if (number > MOST_TASKS) {
    found.push(finding('out-of-range', ['tasks'], `must be at most ${MOST_TASKS}, not ${number}`));
  }
  return [...found, ...windowsProblems(windows)];
}

function kindProblems(kinds: readonly Task[], written: WrittenTask, at: Path): readonly Finding[] {
  const [first, ...others] = kinds.filter(({ kind }) => written[kind] !== undefined);
  if (first === undefined) {
    const all = taskKinds.map(({ kind }) => kind).join(', ');
    const hint = `one of ${all}; with nothing to set, write for example compact: {}`;
    return [finding('missing', at, 'says not what is to be done', hint)];
  }
  const own = first.problems?.(written[first.kind]) ?? [];
  return [
    ...own.map(({ key, message }) =>
      finding('conflict', [...at, first.kind, ...(key === '' ? [] : key.split('.'))], message),
    ),
    ...others.map(({ kind }) =>
      finding('conflict', [...at, kind], `stands beside ${first.kind}`, 'one task does one thing'),
    ),
  ];
}

function scheduleProblems(
  { schedule }: WrittenTask,
  at: Path,
  parseCron: ParseCron,
): readonly Finding[] {
  const [first, ...others] = WAYS.filter((way) => schedule[way] !== undefined);
  const found = others.map((way) =>
    finding('conflict', [...at, way], `stands beside ${first ?? ''}`, 'write one of them'),
  );
  if (!isZone(schedule.timezone)) found.push(zoneProblem([...at, 'timezone'], schedule.timezone));
  else if (schedule.cron !== undefined) {
    found.push(...cronProblems(schedule.cron, schedule.timezone, [...at, 'cron'], parseCron));
  }
  return found;
}

function cronProblems(
  cron: string,
  zone: string,
  at: Path,
  parseCron: ParseCron,
): readonly Finding[] {
  try {
    const seconds = new Set(parseCron(cron).second);
    if (seconds.size > 1) {
      const hint = 'write five fields, or one number for the second';
      return [finding('not-allowed', at, 'would run more than once a minute', hint)];
    }
    const schedule = scheduleOf({ cron }, zone, parseCron);
    const never = schedule === undefined || nextDue(schedule, SOME_TIME) === undefined;
    return never ? [finding('not-allowed', at, 'names a day that never comes')] : [];
  } catch (error) {
    const hint = 'minute, hour, day of the month, month, weekday: */15 * * * *';
    return [finding('malformed', at, (error as Error).message, hint)];
  }
}

function windowProblems(
  { window }: WrittenTask,
  at: Path,
  names: readonly string[],
): readonly Finding[] {
  if (window === undefined || names.includes(window)) return [];
  const near = nearest(window, names);
  const hint = near === undefined ? 'declare it below windows' : `did you mean ${near}?`;
  return [finding('missing', [...at, 'window'], `no window is called ${window}`, hint)];
}

function windowsProblems(windows: TaskSettings['windows']): readonly Finding[] {
  return Object.entries(windows).flatMap(([name, { days, from, to, timezone }]) => {
    const at = ['windows', name];
    const found: Finding[] = [];
    if (days.length === 0) found.push(finding('missing', [...at, 'days'], 'names no day'));
    if (from === to) {
      const hint = 'for all day leave the window away';
      found.push(finding('conflict', [...at, 'to'], 'must not be the same as from', hint));
    }
    if (!isZone(timezone)) found.push(zoneProblem([...at, 'timezone'], timezone));
    return found;
  });
}

function zoneProblem(at: Path, name: string): Finding {
  const hint = 'write one like Europe/Berlin or UTC';
  return finding('not-allowed', at, `${name} is no time zone that this machine knows`, hint);
}
