/**
 * What the device's own configuration file declares, as far as root's work is concerned. The file
 * alone: neither the environment nor what the collector wants has a say here.
 */
import { readFile } from 'node:fs/promises';
import { hostname } from 'node:os';
import { dirname, resolve } from 'node:path';
import { check } from '../../protocol/config/check.ts';
import { formatProblem } from '../../protocol/config/problem.ts';
import { defaultDeviceId } from '../../protocol/ids.ts';
import { parseDocument } from '../config/document.ts';
import { tasksSchema } from '../config/task-schema.ts';
import { isUnitName } from '../core/remedies/unit-name.ts';
import { taskKinds } from '../tasks/index.ts';
import type { Task } from '../tasks/task.ts';
import { readTrusted } from './trusted-file.ts';

export interface DeclaredTask {
  readonly of: Task;
  readonly options: unknown;
}

export interface Declarations {
  /** Units that a remedy or a task restarts. */
  readonly units: ReadonlySet<string>;
  readonly mayReboot: boolean;
  /** A task that is declared to run as root. */
  task(name: string): Promise<Answer<DeclaredTask>>;
  readonly place: {
    readonly folder: string;
    readonly data: string;
    readonly device: string;
    readonly collectorUrl: string | undefined;
    readonly caFile: string | undefined;
    /** Folder of the roots that updates are believed by. */
    readonly trust: string;
    /** `clock.source: trust`: the file says that the clock is right. */
    readonly trustsClock: boolean;
    /** Patterns of the packages that this device may have. */
    readonly packages: readonly string[];
  };
}

export type Answer<T> =
  | { readonly ok: true; readonly value: T }
  | { readonly ok: false; readonly why: string };

type Tree = Readonly<Record<string, unknown>>;

/** Agree with the defaults in the agent's schema. */
const USUAL_DATA = '/var/lib/muster-agent';
const USUAL_TRUST = 'trust';
const MACHINE_IDS = ['/etc/machine-id', '/var/lib/dbus/machine-id'];

export async function readDeclarations(path: string): Promise<Answer<Declarations>> {
  const read = await readTrusted(path);
  if (!read.ok) return read;
  const parsed = parseDocument(read.text);
  if (!parsed.ok) {
    return { ok: false, why: formatProblem({ ...parsed.problem, path: '' }, path) };
  }
  const tree = treeOf(parsed.document.tree);
  const [remedies, tasks] = [treesIn(tree['remedies']), treesIn(tree['tasks'])];
  const allowed = treeOf(tree['commands'])['allow'];
  const value: Declarations = {
    units: new Set([...unitsOf(remedies, 'restart-unit'), ...unitsOf(tasks, 'restart')]),
    mayReboot:
      [...remedies.values()].some((one) => isWritten(one['reboot'])) ||
      (Array.isArray(allowed) && allowed.includes('reboot')),
    task: (name) => declaredTask(name, tasks.get(name)),
    place: await placeOf(tree, dirname(resolve(path))),
  };
  return { ok: true, value };
}

async function declaredTask(name: string, tree: Tree | undefined): Promise<Answer<DeclaredTask>> {
  if (tree === undefined) return no(`no task is called ${name} in the configuration file`);
  const kinds = taskKinds.filter(({ kind }) => isWritten(tree[kind]));
  const [kind] = kinds;
  if (kind === undefined || kinds.length > 1) return no(`task ${name} must have exactly one kind`);
  const of = await kind.load();
  const { value, problems } = check(tasksSchema([of]), { [name]: tree });
  const written = value?.[name];
  const [problem] = problems;
  if (problem !== undefined || written === undefined) {
    const where = ['tasks', ...(problem?.keys ?? [])].join('.');
    return no(`${where}: ${problem?.message ?? 'is not written'}`);
  }
  const options = written[of.kind];
  const [own] = of.problems?.(options) ?? [];
  if (own !== undefined) return no(`tasks.${name}.${of.kind}.${own.key}: ${own.message}`);
  if (!(written.root ?? of.root)) return no(`task ${name} is not declared with root: true`);
  return { ok: true, value: { of, options } };
}

async function placeOf(tree: Tree, folder: string): Promise<Declarations['place']> {
  const { device, data } = tree;
  const { url, caFile } = treeOf(tree['collector']);
  const { trust, packages } = treeOf(tree['updates']);
  const machine = (await machineId()) ?? hostname();
  return {
    folder,
    data: resolve(folder, typeof data === 'string' ? data : USUAL_DATA),
    device: typeof device === 'string' ? device : defaultDeviceId(hostname(), machine),
    collectorUrl: typeof url === 'string' ? url : undefined,
    caFile: typeof caFile === 'string' ? resolve(folder, caFile) : undefined,
    trust: resolve(folder, typeof trust === 'string' ? trust : USUAL_TRUST),
    trustsClock: treeOf(tree['clock'])['source'] === 'trust',
    packages: Array.isArray(packages) ? packages.filter((one) => typeof one === 'string') : ['*'],
  };
}

async function machineId(): Promise<string | undefined> {
  for (const path of MACHINE_IDS) {
    const text = await readFile(path, 'utf8').catch(() => '');
    if (/^[0-9a-f]{32}\s*$/.test(text)) return text.trim();
  }
  return undefined;
}

function unitsOf(entries: ReadonlyMap<string, Tree>, kind: string): readonly string[] {
  const units = [...entries.values()].map((one) => treeOf(one[kind])['unit']);
  return units.filter((unit): unit is string => typeof unit === 'string' && isUnitName(unit));
}

function treesIn(value: unknown): ReadonlyMap<string, Tree> {
  return new Map(Object.entries(treeOf(value)).map(([name, one]) => [name, treeOf(one)]));
}

function treeOf(value: unknown): Tree {
  const isTree = typeof value === 'object' && value !== null && !Array.isArray(value);
  return isTree ? (value as Tree) : {};
}

/** A key with nothing behind it is not written, as in the agent. */
function isWritten(value: unknown): boolean {
  return value !== undefined && value !== null;
}

function no(why: string): Answer<never> {
  return { ok: false, why };
}
