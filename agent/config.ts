/**
 * The agent's configuration: one YAML file, the environment over it, defaults beneath.
 *
 * A file that is wrong anywhere is refused as a whole with everything that is wrong with it, so
 * that a reload changes all or nothing.
 */
import { access, readFile } from 'node:fs/promises';
import { hostname } from 'node:os';
import { dirname, resolve } from 'node:path';
import { assemble, FILE_VARIABLE, inOrder } from '../protocol/config/assemble.ts';
import type { Change } from '../protocol/config/change.ts';
import { changes } from '../protocol/config/change.ts';
import type { Tree } from '../protocol/config/check.ts';
import type { Environment } from '../protocol/config/environment.ts';
import type { ConfigProblem } from '../protocol/config/problem.ts';
import type { Secret } from '../protocol/config/secret.ts';
import { hide } from '../protocol/config/secret.ts';
import { readDocument, readSecret } from './config/file.ts';
import { overlaid, partsMentioned } from './config/parts.ts';
import type { AgentConfig, AgentFacts, AgentSettings } from './config/resolve.ts';
import { resolveAgent } from './config/resolve.ts';
import { samplersNamed } from './config/samplers.ts';
import { agentSchemaWith } from './config/schema.ts';
import { agentRules } from './core/config-rules.ts';
import type { Sampler } from './samplers/sampler.ts';

export type { ConfigProblem } from '../protocol/config/problem.ts';
export type { AgentConfig, AgentSettings } from './config/resolve.ts';
export { samplersSwitchedOn } from './config/samplers.ts';

export type LoadedAgentConfig =
  | {
      readonly ok: true;
      readonly config: AgentConfig;
      /** As written and with defaults, for `config show`. */
      readonly settings: AgentSettings;
      readonly warnings: readonly string[];
    }
  | { readonly ok: false; readonly problems: readonly ConfigProblem[] };

const USUAL_FILE = '/etc/muster/agent.yaml';

/** The file to read: what was named, else `MUSTER_CONFIG`, else the usual place if it is there. */
export async function findAgentConfig(
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

/**
 * Reads the file (none: environment and defaults alone) and answers with all that is wrong, or none.
 * The answer tells of the samplers `among`; not given: of as many as the file needs. `overlay` is
 * what the collector wants on top, as far as it may.
 */
export async function loadAgentConfig(
  path: string | undefined,
  env: Environment,
  among?: readonly Sampler[],
  overlay: Tree = {},
): Promise<LoadedAgentConfig> {
  const read = await readDocument(path);
  if (!read.ok) return read;
  const parts = await partsMentioned(read.value.tree, overlay, env, among);
  const { schema, samplers, care } = parts;
  const document = overlaid(schema, read.value, overlay);
  if (!document.ok) return document;
  const assembled = assemble(schema, document.value, env);
  const { settings, written, problems, warnings, place } = assembled;
  if (settings === undefined) return { ok: false, problems };
  const facts = await factsOf(path, env);
  const secret = await passwordOf(settings, facts.folder);
  const looked = care?.(settings);
  const rules = [...agentRules(settings), ...(looked?.problems ?? [])];
  const found = [...rules.map(place), ...secret.problems.map(place)];
  if (found.length > 0) return { ok: false, problems: inOrder(found) };
  return {
    ok: true,
    config: resolveAgent(samplers, settings, written, facts, secret.password, looked?.resolve),
    settings,
    warnings: [...warnings, ...doubts(settings, facts)],
  };
}

export type ReloadedAgentConfig =
  | {
      readonly ok: true;
      readonly config: AgentConfig;
      /** What differs from the running configuration; `restart` marks what waits for a restart. */
      readonly changes: readonly Change[];
      readonly warnings: readonly string[];
    }
  | { readonly ok: false; readonly problems: readonly ConfigProblem[] };

/** The file once more. With problems nothing has changed: go on with `current`. */
export async function reloadAgentConfig(
  current: AgentConfig,
  path: string | undefined,
  env: Environment,
  overlay: Tree = {},
): Promise<ReloadedAgentConfig> {
  const loaded = await loadAgentConfig(path, env, undefined, overlay);
  if (!loaded.ok) return loaded;
  const { config, warnings } = loaded;
  return { ok: true, config, changes: await agentChanges(current, config), warnings };
}

async function agentChanges(before: AgentConfig, after: AgentConfig): Promise<readonly Change[]> {
  const names = [before, after].flatMap(({ samplers }) => Object.keys(samplers));
  const isCare = [before, after].some(({ checks }) => checks !== undefined);
  const schema = isCare
    ? (await import('./config/whole-schema.ts')).agentSchema
    : agentSchemaWith(await samplersNamed(names));
  return changes(schema, before, after);
}

async function passwordOf({ broker }: AgentSettings, folder: string) {
  const none = { password: undefined, problems: [] };
  if (broker.password !== undefined) return { password: hide(broker.password), problems: [] };
  if (broker.passwordFile === undefined) return none;
  const path = resolve(folder, broker.passwordFile);
  const read = await readSecret(path, ['broker', 'passwordFile']);
  return read.ok
    ? { password: read.value as Secret | undefined, problems: [] }
    : { password: undefined, problems: read.problems };
}

async function factsOf(path: string | undefined, env: Environment): Promise<AgentFacts> {
  return {
    hostname: hostname(),
    machineId: await machineId(),
    isRoot: process.getuid?.() === 0,
    runtimeDirectory: env['RUNTIME_DIRECTORY']?.split(':')[0] || undefined,
    folder: path === undefined ? process.cwd() : dirname(resolve(path)),
  };
}

async function machineId(): Promise<string | undefined> {
  for (const path of ['/etc/machine-id', '/var/lib/dbus/machine-id']) {
    const text = await readFile(path, 'utf8').catch(() => '');
    if (/^[0-9a-f]{32}\s*$/.test(text)) return text.trim();
  }
  return undefined;
}

function doubts(settings: AgentSettings, facts: AgentFacts): string[] {
  if (settings.device !== undefined || facts.machineId !== undefined) return [];
  return [
    'device: this machine has no /etc/machine-id, so its id is made from the host name alone; set device',
  ];
}
