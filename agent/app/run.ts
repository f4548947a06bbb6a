/**
 * `muster-agent run`: the agent as a service. Starts the app, speaks with systemd, reloads on
 * SIGHUP, and ends when it is told to.
 */
import type { Environment } from '../../protocol/config/environment.ts';
import { formatProblem } from '../../protocol/config/problem.ts';
import { AgentApp } from '../app.ts';
import {
  type AgentConfig,
  type ConfigProblem,
  loadAgentConfig,
  reloadAgentConfig,
} from '../config.ts';
import { type LocalDoor, openLocalDoor, type Routes } from '../io/local-door.ts';
import { createLog } from '../io/log.ts';
import { connectServiceManager, type ServiceManager } from '../io/notify.ts';
import type { Log } from '../ports.ts';

/** What the outside may ask of a running agent. */
export interface Signals {
  onReload(action: () => void): void;
  /** Resolves at the first request to stop. */
  readonly stop: Promise<void>;
}

const STATUS_MS = 30_000;
/** EX_TEMPFAIL: the agent ends in order to be started again. */
const RESTART_CODE = 75;

export async function run(
  path: string | undefined,
  env: Environment,
  signals: Signals,
): Promise<number> {
  const loaded = await loadAgentConfig(path, env);
  if (!loaded.ok) {
    for (const problem of loaded.problems)
      process.stderr.write(`${formatProblem(problem, path)}\n`);
    return 1;
  }
  const { config } = loaded;
  let restart: () => void = () => undefined;
  const log = createLog({ level: () => config.log.level, format: config.log.format });
  for (const warning of loaded.warnings) log.warn(warning);
  const manager = connectServiceManager(env);
  const asked = new Promise<void>((resolve) => {
    restart = resolve;
  });
  const app = await AgentApp.open(config, log, {
    load: (current, overlay) => reloadAgentConfig(current, path, env, overlay),
    restart: () => restart(),
  });
  let door: LocalDoor | undefined;
  await app.start(async () => {
    door = await openDoor(config, app, log);
  });
  await manager.notify({ kind: 'ready', status: app.statusLine() });
  const timers = beat(manager, app);
  let reloading: Promise<void> = Promise.resolve();
  // One after the other: each is compared with what the one before it left.
  signals.onReload(() => {
    reloading = reloading
      .then(() => reload(app, path, manager, log))
      .catch((error: unknown) => log.error('reload failed', { error: String(error) }));
  });
  const why = await Promise.race([signals.stop.then(() => 'stop'), asked.then(() => 'restart')]);
  signals.onReload(() => undefined);
  await reloading;
  await manager.notify({ kind: 'stopping', status: 'storing what is in memory' });
  for (const timer of timers) clearInterval(timer);
  await door?.close();
  await app.stop();
  // The service manager starts what ended so again (Restart=always); by hand it is told by the code.
  return why === 'restart' ? RESTART_CODE : 0;
}

/** The door is a convenience: an agent without it still does its work. */
async function openDoor(config: AgentConfig, app: AgentApp, log: Log) {
  try {
    return await openLocalDoor(config.socket.path, doorRoutes(app));
  } catch (error) {
    log.warn('no local door; muster-agent status will not work', { error: String(error) });
    return undefined;
  }
}

/** Looked up when it is asked: some of it comes when the agent has started. */
function doorRoutes(app: AgentApp): Routes {
  const ask = (path: keyof ReturnType<AgentApp['routes']>) => (rest: string) =>
    app.routes()[path]?.(rest);
  return {
    '/status': ask('/status'),
    '/health': ask('/health'),
    '/tasks': ask('/tasks'),
    '/remedies': ask('/remedies'),
    '/updates': ask('/updates'),
    '/pressure': ask('/pressure'),
    '/desired': ask('/desired'),
    '/commands': ask('/commands'),
    '/flags': ask('/flags'),
    '/flags/': ask('/flags/'),
  };
}

function beat(manager: ServiceManager, app: AgentApp): NodeJS.Timeout[] {
  const status = () => void manager.notify({ kind: 'status', status: app.statusLine() });
  const timers = manager.via === 'none' ? [] : [setInterval(status, STATUS_MS)];
  const { watchdogMs } = manager;
  if (watchdogMs === undefined) return timers;
  return [...timers, setInterval(() => void manager.notify({ kind: 'alive' }), watchdogMs)];
}

/** With a file that is wrong anywhere, everything stays as it was. */
async function reload(
  app: AgentApp,
  path: string | undefined,
  manager: ServiceManager,
  log: Log,
): Promise<void> {
  await manager.notify({ kind: 'reloading', monotonicUs: process.hrtime.bigint() / 1000n });
  const next = await app.reload();
  if (next.ok) {
    const waiting = next.changes.filter(({ restart }) => restart).map((change) => change.path);
    log.info('configuration reloaded', {
      changes: next.changes.length,
      needRestart: waiting.join(', ') || undefined,
    });
  } else reportProblems(next.problems, path, log);
  await manager.notify({ kind: 'ready', status: app.statusLine() });
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
