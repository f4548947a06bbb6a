/**
 * `muster-agent run`: the agent as a service. Starts the app, speaks with systemd, reloads on
 * SIGHUP, and ends when it is told to.
 */
import { setFlagsFromString } from 'node:v8';
import type { Environment } from '../../protocol/config/environment.ts';
import { formatProblem } from '../../protocol/config/problem.ts';
import { AgentApp } from '../app.ts';
import {
  type AgentConfig,
  type ConfigProblem,
  loadAgentConfig,
  reloadAgentConfig,
} from '../config.ts';
import { openLocalDoor } from '../io/local-door.ts';
import { createLog } from '../io/log.ts';
import { connectServiceManager, type ServiceManager } from '../io/notify.ts';
import type { Log } from '../ports.ts';

/** What the outside may ask of a running agent. */
export interface Signals {
  onReload(action: () => void): void;
  /** Resolves at the first request to stop. */
  readonly stop: Promise<void>;
}

/**
 * V8's young generation stays as small as it begins. It would grow to 48 MB while a backlog drains,
 * hold on to what LevelDB hands over until it is full, and never shrink. As an argument of `node`
 * a flag costs 18 ms: V8 then refuses its own cached code.
 */
const SMALL_HEAP = '--semi-space-growth-factor=1';
const STATUS_MS = 30_000;

export async function run(
  path: string | undefined,
  env: Environment,
  signals: Signals,
): Promise<number> {
  setFlagsFromString(SMALL_HEAP);
  const loaded = await loadAgentConfig(path, env);
  if (!loaded.ok) {
    for (const problem of loaded.problems)
      process.stderr.write(`${formatProblem(problem, path)}\n`);
    return 1;
  }
  let { config } = loaded;
  const log = createLog({ level: () => config.log.level, format: config.log.format });
  for (const warning of loaded.warnings) log.warn(warning);
  const manager = connectServiceManager(env);
  const app = await AgentApp.open(config, log);
  const door = await openDoor(config, app, log);
  await app.start();
  await manager.notify({ kind: 'ready', status: app.statusLine() });
  const timers = beat(manager, app);
  let reloading: Promise<void> = Promise.resolve();
  // One after the other: each is compared with what the one before it left.
  signals.onReload(() => {
    reloading = reloading
      .then(async () => {
        config = await reload(app, config, path, env, manager, log);
      })
      .catch((error: unknown) => log.error('reload failed', { error: String(error) }));
  });
  await signals.stop;
  signals.onReload(() => undefined);
  await reloading;
  await manager.notify({ kind: 'stopping', status: 'storing what is in memory' });
  for (const timer of timers) clearInterval(timer);
  await door?.close();
  await app.stop();
  return 0;
}

/** The door is a convenience: an agent without it still does its work. */
async function openDoor(config: AgentConfig, app: AgentApp, log: Log) {
  try {
    return await openLocalDoor(config.socket.path, { '/status': () => app.status() });
  } catch (error) {
    log.warn('no local door; muster-agent status will not work', { error: String(error) });
    return undefined;
  }
}

function beat(manager: ServiceManager, app: AgentApp): NodeJS.Timeout[] {
  const status = () => void manager.notify({ kind: 'status', status: app.statusLine() });
  const timers = manager.via === 'none' ? [] : [setInterval(status, STATUS_MS)];
  const { watchdogMs } = manager;
  if (watchdogMs === undefined) return timers;
  return [...timers, setInterval(() => void manager.notify({ kind: 'alive' }), watchdogMs)];
}

/** The configuration to go on with: the new one, or the old one when the file is wrong. */
async function reload(
  app: AgentApp,
  current: AgentConfig,
  path: string | undefined,
  env: Environment,
  manager: ServiceManager,
  log: Log,
): Promise<AgentConfig> {
  await manager.notify({ kind: 'reloading', monotonicUs: process.hrtime.bigint() / 1000n });
  const next = await reloadAgentConfig(current, path, env);
  if (next.ok) {
    const waiting = next.changes.filter(({ restart }) => restart).map((change) => change.path);
    await app.reload(next.config);
    log.info('configuration reloaded', {
      changes: next.changes.length,
      needRestart: waiting.join(', ') || undefined,
    });
  } else reportProblems(next.problems, path, log);
  await manager.notify({ kind: 'ready', status: app.statusLine() });
  return next.ok ? next.config : current;
}

function reportProblems(
  problems: readonly ConfigProblem[],
  path: string | undefined,
  log: Log,
): void {
  log.error('the new configuration is refused; the running one stays', {
    problems: problems.length,
  });
  for (const problem of problems) log.error(formatProblem(problem, path));
}
