/**
 * What looks after the device, as configured: checks, remedies, tasks, windows, commands, flags,
 * adapting, updates. Composed from the parts, each of which owns its keys.
 */
import { check } from '../../protocol/config/check.ts';
import type { Environment } from '../../protocol/config/environment.ts';
import type { Finding } from '../../protocol/config/problem.ts';
import { type Infer, object } from '../../protocol/config/schema.ts';
import type { Check } from '../checks/check.ts';
import type { AdaptRules } from '../core/adapting/figures.ts';
import type { ParseCron } from '../core/tasks/written.ts';
import { remedies } from '../remedies/index.ts';
import { remoteCommands } from '../remote/index.ts';
import type { Task } from '../tasks/task.ts';
import { adaptSchema, resolveAdapt } from './adapt.ts';
import {
  type CheckConfig,
  checksMentioned,
  checksRules,
  checksSchema,
  resolveChecks,
} from './checks.ts';
import {
  type CollectorSettings,
  type CommandsConfig,
  collectorRules,
  collectorSchema,
  commandsRules,
  commandsSchema,
  flagsSchema,
  helperSchema,
  resolveCollector,
  resolveCommands,
  resolveFlags,
} from './commands.ts';
import { loadCron, mentionsCron, noCron } from './cron.ts';
import { type RemedyConfig, remediesRules, remediesSchema, resolveRemedies } from './remedies.ts';
import { rootOptionProblems } from './root-options.ts';
import {
  meteredSchema,
  resolveTasks,
  type TaskConfig,
  tasksMentioned,
  tasksRules,
  tasksSchema,
  windowsSchema,
} from './tasks.ts';
import { resolveUpdates, type UpdatesConfig, updatesRules, updatesSchema } from './updates.ts';
import { learnZones } from './zones.ts';

/** Durations are milliseconds, paths absolute. */
export interface CareConfig {
  readonly checks: Readonly<Record<string, CheckConfig>>;
  readonly remedies: Readonly<Record<string, RemedyConfig>>;
  readonly tasks: Readonly<Record<string, TaskConfig>>;
  /** Patterns of the interfaces that cost by the byte. */
  readonly metered: readonly string[];
  readonly commands: CommandsConfig;
  readonly flags: { readonly file: string };
  readonly helper: { readonly socket: string };
  readonly collector: CollectorSettings;
  readonly adapt: AdaptRules;
  readonly updates: UpdatesConfig;
}

/** The kinds that a file needs. */
export interface CareParts {
  readonly checks: readonly Check[];
  readonly tasks: readonly Task[];
  readonly parseCron: ParseCron;
}

/** Of the file, and of what the collector lays over it: a schedule may come from there. */
export async function careMentioned(
  own: unknown,
  overlay: unknown,
  env: Environment,
): Promise<CareParts> {
  const isCron =
    mentionsCron(own) ||
    mentionsCron(overlay) ||
    Object.keys(env).some((name) => name.startsWith('MUSTER_TASKS_'));
  await Promise.all([own, overlay].map((tree) => learnZones(tree)));
  const [checks, tasks, parseCron] = await Promise.all([
    checksMentioned(own, env),
    tasksMentioned(own, env),
    isCron ? loadCron() : noCron,
  ]);
  return { checks, tasks, parseCron };
}

export const careShape = ({ checks, tasks }: Omit<CareParts, 'parseCron'>) => ({
  checks: checksSchema(checks),
  remedies: remediesSchema(remedies),
  windows: windowsSchema,
  tasks: tasksSchema(tasks),
  metered: meteredSchema,
  commands: commandsSchema(remoteCommands),
  flags: flagsSchema,
  helper: helperSchema,
  collector: collectorSchema,
  adapt: adaptSchema,
  updates: updatesSchema,
});

type Shape = ReturnType<typeof careShape>;
export type CareSettings = { readonly [K in keyof Shape]: Infer<Shape[K]> };

/** `own` and `overlay`: the file, and what the collector wants over it. */
export function careRules(
  parts: CareParts,
  settings: CareSettings,
  own: unknown,
  overlay: unknown,
): readonly Finding[] {
  const { checks, remedies: cures, tasks, windows, commands, collector, updates } = settings;
  return [
    ...checksRules(parts.checks, checks, Object.keys(cures)),
    ...remediesRules(remedies, cures, Object.keys(tasks)),
    ...tasksRules(parts.tasks, settings, parts.parseCron),
    ...commandsRules(commands),
    ...collectorRules(collector),
    ...updatesRules(updates, windows),
    ...rootOptionProblems(parts.tasks, own, overlay),
  ];
}

/** `folder`: where relative paths start; `socket`: the local door. */
export function resolveCare(
  parts: CareParts,
  settings: CareSettings,
  folder: string,
  socket: string,
): CareConfig {
  const { checks, remedies: cures, commands, flags, helper, collector, adapt, updates } = settings;
  return {
    checks: resolveChecks(parts.checks, checks),
    remedies: resolveRemedies(remedies, cures),
    ...resolveTasks(parts.tasks, settings, parts.parseCron),
    commands: resolveCommands(commands, folder),
    flags: resolveFlags(flags, folder, socket),
    helper,
    collector: resolveCollector(collector, folder),
    adapt: resolveAdapt(adapt),
    updates: resolveUpdates(updates, settings.windows, folder),
  };
}

/** What an agent does whose file says nothing of all this. */
export function defaultCare(folder: string, socket: string): CareConfig {
  const parts: CareParts = { checks: [], tasks: [], parseCron: noCron };
  const { value } = check(object('', careShape(parts)), {});
  if (value === undefined) throw new Error('the defaults do not pass their own schema');
  return resolveCare(parts, value, folder, socket);
}
