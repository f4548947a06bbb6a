/**
 * The collector's configuration: one YAML file, the environment over it, defaults beneath.
 *
 * A file that is wrong anywhere is refused as a whole with everything that is wrong with it, so
 * that a reload changes all or nothing.
 */
import { access } from 'node:fs/promises';
import { dirname, resolve } from 'node:path';
import { assemble, FILE_VARIABLE, inOrder } from '../protocol/config/assemble.ts';
import type { Change } from '../protocol/config/change.ts';
import { changes } from '../protocol/config/change.ts';
import type { Environment } from '../protocol/config/environment.ts';
import type { ConfigProblem } from '../protocol/config/problem.ts';
import type { Secret } from '../protocol/config/secret.ts';
import { hide } from '../protocol/config/secret.ts';
import { readDocument, readSecret } from './config/file.ts';
import type { CollectorConfig, CollectorSettings } from './config/resolve.ts';
import { resolveCollector } from './config/resolve.ts';
import { collectorSchema } from './config/schema.ts';
import { collectorRules } from './core/config-rules.ts';

export type { ConfigProblem } from '../protocol/config/problem.ts';
export type { CollectorConfig, CollectorSettings } from './config/resolve.ts';
export { collectorSchema } from './config/schema.ts';

export type LoadedCollectorConfig =
  | {
      readonly ok: true;
      readonly config: CollectorConfig;
      /** As written and with defaults, for `config show`. */
      readonly settings: CollectorSettings;
      readonly warnings: readonly string[];
    }
  | { readonly ok: false; readonly problems: readonly ConfigProblem[] };

const USUAL_FILE = '/etc/muster/collector.yaml';

/** The file to read: what was named, else `MUSTER_CONFIG`, else the usual place if it is there. */
export async function findCollectorConfig(
  named: string | undefined,
  env: Environment,
): Promise<string | undefined> {
  const path = named ?? (env[FILE_VARIABLE] || undefined);
  if (path !== undefined) return path;
  return access(USUAL_FILE).then(
    () => USUAL_FILE,
    () => undefined,
  );
}

/** Reads the file (none: environment and defaults alone) and answers with all that is wrong, or none. */
export async function loadCollectorConfig(
  path: string | undefined,
  env: Environment,
): Promise<LoadedCollectorConfig> {
  const read = await readDocument(path);
  if (!read.ok) return read;
  const { settings, written, problems, warnings, place } = assemble(
    collectorSchema,
    read.value,
    env,
  );
  if (settings === undefined) return { ok: false, problems };
  const folder = path === undefined ? process.cwd() : dirname(resolve(path));
  const secret = await passwordOf(settings, folder);
  const found = [...collectorRules(settings, written), ...secret.problems].map(place);
  if (found.length > 0) return { ok: false, problems: inOrder(found) };
  const config = resolveCollector(settings, folder, secret.password);
  return { ok: true, config, settings, warnings };
}

export type ReloadedCollectorConfig =
  | {
      readonly ok: true;
      readonly config: CollectorConfig;
      /** What differs from the running configuration; `restart` marks what waits for a restart. */
      readonly changes: readonly Change[];
      readonly warnings: readonly string[];
    }
  | { readonly ok: false; readonly problems: readonly ConfigProblem[] };

/** The file once more. With problems nothing has changed: go on with `current`. */
export async function reloadCollectorConfig(
  current: CollectorConfig,
  path: string | undefined,
  env: Environment,
): Promise<ReloadedCollectorConfig> {
  const loaded = await loadCollectorConfig(path, env);
  if (!loaded.ok) return loaded;
  const { config, warnings } = loaded;
  return { ok: true, config, changes: collectorChanges(current, config), warnings };
}

function collectorChanges(before: CollectorConfig, after: CollectorConfig): readonly Change[] {
  return changes(collectorSchema, keyed(before), keyed(after));
}

/** The configuration under the keys of its file. */
export function keyed({ bus, ...rest }: CollectorConfig): object {
  const { kind, ...settings } = bus;
  return { ...rest, [kind === 'embedded' ? 'mqtt' : 'broker']: settings };
}

async function passwordOf({ broker }: CollectorSettings, folder: string) {
  const none: Secret | undefined = undefined;
  if (broker?.password !== undefined) return { password: hide(broker.password), problems: [] };
  if (broker?.passwordFile === undefined) return { password: none, problems: [] };
  const path = resolve(folder, broker.passwordFile);
  const read = await readSecret(path, ['broker', 'passwordFile']);
  return read.ok
    ? { password: read.value, problems: [] }
    : { password: none, problems: read.problems };
}
