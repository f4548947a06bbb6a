/**
 * `muster-collector run`: the collector as a service. Starts the app, speaks with systemd, reloads
 * on SIGHUP, and ends when it is told to.
 */
import { fileURLToPath } from 'node:url';
import type { Environment } from '../../protocol/config/environment.ts';
import { formatProblem } from '../../protocol/config/problem.ts';
import { CollectorApp } from '../app.ts';
import {
  type CollectorConfig,
  type ConfigProblem,
  loadCollectorConfig,
  reloadCollectorConfig,
} from '../config.ts';
import { createLog } from '../io/log.ts';
import { connectServiceManager, type ServiceManager } from '../io/notify.ts';
import type { Log } from '../ports.ts';

/** What the outside may ask of a running collector. */
export interface Signals {
  onReload(action: () => void): void;
  /** Resolves at the first request to stop. */
  readonly stop: Promise<void>;
}

const STATUS_MS = 30_000;

export async function run(
  path: string | undefined,
  env: Environment,
  signals: Signals,
): Promise<number> {
  const loaded = await loadCollectorConfig(path, env);
  if (!loaded.ok) {
    for (const problem of loaded.problems)
      process.stderr.write(`${formatProblem(problem, path)}\n`);
    return 1;
  }
  let { config } = loaded;
  const log = createLog({ level: () => config.log.level, format: config.log.format });
  for (const warning of loaded.warnings) log.warn(warning);
  const manager = connectServiceManager(env);
  // The page and the rules lie beside the bundle.
  const webRoot = fileURLToPath(new URL('web', import.meta.url));
  const rulesRoot = fileURLToPath(new URL('rules', import.meta.url));
  const app = await CollectorApp.open(config, { webRoot, rulesRoot }, log);
  await app.start();
  await manager.notify({ kind: 'ready', status: app.statusLine() });
  const timers = beat(manager, app);
  signals.onReload(() => {
    reload(config, path, env, manager, app, log)
      .then((next) => {
        config = next;
      })
      .catch((error: unknown) => log.error('reload failed', { error: String(error) }));
  });
  await signals.stop;
  await manager.notify({ kind: 'stopping', status: 'storing what is in memory' });
  for (const timer of timers) clearInterval(timer);
  await app.stop();
  return 0;
}

function beat(manager: ServiceManager, app: CollectorApp): NodeJS.Timeout[] {
  const status = () => void manager.notify({ kind: 'status', status: app.statusLine() });
  const timers = manager.via === 'none' ? [] : [setInterval(status, STATUS_MS)];
  const { watchdogMs } = manager;
  if (watchdogMs === undefined) return timers;
  return [...timers, setInterval(() => void manager.notify({ kind: 'alive' }), watchdogMs)];
}

/** The configuration to go on with: the new one, or the old one when the file is wrong. */
async function reload(
  current: CollectorConfig,
  path: string | undefined,
  env: Environment,
  manager: ServiceManager,
  app: CollectorApp,
  log: Log,
): Promise<CollectorConfig> {
  await manager.notify({ kind: 'reloading', monotonicUs: process.hrtime.bigint() / 1000n });
  const next = await reloadCollectorConfig(current, path, env);
  if (next.ok) {
    await app.reload(next.config);
    const waiting = next.changes.filter(({ restart }) => restart).map((change) => change.path);
    const needRestart = waiting.join(', ') || undefined;
    log.info('configuration reloaded', { changes: next.changes.length, needRestart });
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
