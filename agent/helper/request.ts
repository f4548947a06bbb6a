/**
 * What may be asked for. Everything that comes over the socket is looked at here as if a stranger
 * had sent it: names of a known form, a switch and a number within bounds, nothing else.
 */
import { isUnitName } from '../core/remedies/unit-name.ts';
import type { HelperRequest } from '../ports/caretaking.ts';

export type Parsed =
  | { readonly ok: true; readonly request: HelperRequest }
  | { readonly ok: false; readonly why: string };

const TASK = /^[a-z0-9][a-z0-9-]{0,62}$/;
const VERSION = /^\d{1,10}\.\d{1,10}\.\d{1,10}([-+][0-9A-Za-z.+-]{1,100})?$/;
const STEPS = ['install', 'switch', 'undo', 'discard', 'keep'] as const;
const LONGEST_MS = 7 * 86_400_000;
const MOST_REASON = 200;

const KEYS: Readonly<Record<HelperRequest['verb'], readonly string[]>> = {
  'restart-unit': ['unit'],
  reboot: ['reason'],
  'run-task': ['task', 'dryRun', 'timeoutMs'],
  install: ['step', 'name', 'version', 'from'],
};

export function parseRequest(line: string): Parsed {
  const tree = treeOf(line);
  if (tree === undefined) return no('the request is no JSON object');
  const verb = tree.get('verb');
  if (typeof verb !== 'string' || !Object.hasOwn(KEYS, verb)) {
    return no(`there is no such verb; there are ${Object.keys(KEYS).join(', ')}`);
  }
  const known = KEYS[verb as HelperRequest['verb']];
  const odd = [...tree.keys()].filter((key) => key !== 'verb' && !known.includes(key));
  if (odd.length > 0) return no(`${verb} takes ${known.join(', ')} and nothing else`);
  if (verb === 'restart-unit') return restartUnit(tree.get('unit'));
  if (verb === 'install') return install(tree);
  return verb === 'reboot' ? reboot(tree.get('reason')) : runTask(tree);
}

function restartUnit(unit: unknown): Parsed {
  if (typeof unit !== 'string' || !isUnitName(unit)) return no('unit is no full name of a unit');
  return { ok: true, request: { verb: 'restart-unit', unit } };
}

/** The reason only goes into the log. */
function reboot(reason: unknown): Parsed {
  if (typeof reason !== 'string') return no('reason must be text');
  const printable = reason.replaceAll(/[^\x20-\x7e]/g, '?').slice(0, MOST_REASON);
  return { ok: true, request: { verb: 'reboot', reason: printable } };
}

function runTask(tree: ReadonlyMap<string, unknown>): Parsed {
  const [task, dryRun, timeoutMs] = ['task', 'dryRun', 'timeoutMs'].map((key) => tree.get(key));
  if (typeof task !== 'string' || !TASK.test(task)) return no('task is no name of a task');
  if (typeof dryRun !== 'boolean') return no('dryRun must be true or false');
  if (typeof timeoutMs !== 'number' || !(timeoutMs >= 1 && timeoutMs <= LONGEST_MS)) {
    return no(`timeoutMs must be from 1 to ${LONGEST_MS}`);
  }
  return { ok: true, request: { verb: 'run-task', task, dryRun, timeoutMs } };
}

/** Name and versions become part of a path, so their form leaves no way out of it. */
function install(tree: ReadonlyMap<string, unknown>): Parsed {
  const [step, name, version, from] = ['step', 'name', 'version', 'from'].map((key) =>
    tree.get(key),
  );
  const known = STEPS.find((one) => one === step);
  if (known === undefined) return no(`step must be one of ${STEPS.join(', ')}`);
  if (typeof name !== 'string' || !TASK.test(name)) return no('name is no name of a package');
  if (typeof version !== 'string' || !VERSION.test(version)) return no('version is no version');
  if (typeof from !== 'string' || !(from === '' || VERSION.test(from)))
    return no('from is no version');
  return { ok: true, request: { verb: 'install', step: known, name, version, from } };
}

function treeOf(line: string): ReadonlyMap<string, unknown> | undefined {
  try {
    const value: unknown = JSON.parse(line);
    const isTree = typeof value === 'object' && value !== null && !Array.isArray(value);
    return isTree ? new Map(Object.entries(value)) : undefined;
  } catch {
    return undefined;
  }
}

function no(why: string): Parsed {
  return { ok: false, why };
}
