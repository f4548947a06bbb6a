/** Whether a machine in the laboratory is as it must be after an update that was cut. Pure. */
import type { Made } from '../releases.ts';
import { untarred as filesOf, sum as hashOf } from '../releases.ts';
import { type Ended, FACTORY, type Machine } from './machine.ts';
import { remembering } from './remembering.ts';
import { ROOT, type Shape } from './shapes.ts';
import { each, type Node } from './storage.ts';
import { isEnd } from './told.ts';

const sum = remembering(hashOf);
const untarred = remembering(filesOf);

/** What there is: text of files by path, and where links lead. */
type Tree = ReadonlyMap<
  string,
  { readonly kind: Node['kind']; readonly sha: string; readonly target: string }
>;

/**
 * The version that is there, whole, all packages of one and said as it is, with nothing left over.
 * A list of what is wrong otherwise.
 */
export function wrongOf(
  machine: Machine,
  ended: Ended,
  allowed: readonly string[],
): readonly string[] {
  const { shape } = machine;
  if (ended.how !== 'settled') return [`the agent is ${ended.how}`];
  if (ended.isBusy) return ['an update is still under way'];
  const tree = treeOf(machine);
  const there = shape.made('1.0.0').map((made) => versionOf(tree, shape, made.manifest.name));
  const [version = 'nothing'] = there;
  if (there.some((one) => one !== version)) return [`versions are mixed: ${there.join(', ')}`];
  if (!allowed.includes(version)) return [`${version} is there, not ${allowed.join(' or ')}`];
  return [
    ...saidWrong(shape, ended, version),
    ...leftovers(tree, shape, version),
    ...processesWrong(machine, tree),
    ...toldWrong(machine),
  ];
}

function treeOf({ storage }: Machine): Tree {
  const tree = new Map<string, { kind: Node['kind']; sha: string; target: string }>();
  each(storage.root, ({ kind, bytes, target }, path) => {
    tree.set(path, { kind, target, sha: kind === 'file' ? sum(bytes) : '' });
  });
  return tree;
}

/** By the hashes of everything that `current` leads to, or of the one file. */
function versionOf(tree: Tree, shape: Shape, name: string): string {
  const found = ['1.0.0', '2.0.0', '3.0.0'].filter((version) => {
    const made = shape.made(version).find((one) => one.manifest.name === name);
    return made !== undefined && isThere(tree, made);
  });
  if (found.length === 1) return found[0] as string;
  const path = placeOf(name);
  const isNothing = !tree.has(name === 'rules' ? path : `${path}/current`);
  return isNothing ? 'nothing' : `a broken ${name}`;
}

function placeOf(name: string): string {
  return name === 'rules' ? `${ROOT}/etc/rules` : `${ROOT}/${name}`;
}

function isThere(tree: Tree, { manifest, bytes }: Made): boolean {
  const path = placeOf(manifest.name);
  if (manifest.installer.kind === 'file') return tree.get(path)?.sha === sum(bytes);
  const target = tree.get(`${path}/current`)?.target ?? '';
  return (
    target.startsWith(`slots/${manifest.version}-`) && isSlot(tree, `${path}/${target}`, bytes)
  );
}

/** Exactly the files of the archive. */
function isSlot(tree: Tree, slot: string, archive: Uint8Array): boolean {
  const files = untarred(archive);
  const there = [...tree].filter(
    ([path, { kind }]) => kind !== 'folder' && path.startsWith(`${slot}/`),
  );
  return (
    there.length === files.length &&
    files.every(({ path, bytes }) => tree.get(`${slot}/${path}`)?.sha === sum(bytes))
  );
}

function saidWrong(shape: Shape, { packages }: Ended, version: string): readonly string[] {
  const names = shape.made('1.0.0').map(({ manifest: { name } }) => name);
  const said = new Map(packages.map((one) => [one.name, one.version]));
  const wrong = names.filter((name) => (said.get(name) ?? 'nothing') !== version);
  return wrong.map((name) => `${version} is there, and ${name} is said to be ${said.get(name)}`);
}

/** Whatever is on the disk and nobody needs. */
function leftovers(tree: Tree, shape: Shape, version: string): readonly string[] {
  const all = ['1.0.0', '2.0.0', '3.0.0'].flatMap((one) => shape.made(one));
  const sums = new Set(all.flatMap((made) => made.manifest.files.map(({ sha256 }) => sha256)));
  const wrong: string[] = [];
  const slots = new Map<string, number>();
  for (const [path] of tree) {
    const name = path.split('/').at(-1) ?? '';
    if (name.startsWith('.')) wrong.push(`${path} is left over`);
    if (/\/data\/updates\/files\/./.test(path) && !sums.has(name))
      wrong.push(`${path} is left over`);
    if (path.endsWith('/facts/updates/current')) wrong.push('the journal is not empty');
    if (path === `${ROOT}/agent/trial`) wrong.push('the trial is not over');
    const [, root, slot] = /^(.*)\/slots\/([^/]+)$/.exec(path) ?? [];
    if (root === undefined || slot === undefined || name.startsWith('.')) continue;
    slots.set(root, (slots.get(root) ?? 0) + 1);
    if (slot === FACTORY) continue;
    const made = all.find(
      ({ manifest }) =>
        slot.startsWith(`${manifest.version}-`) && root.endsWith(`/${manifest.name}`),
    );
    if (made === undefined || !isSlot(tree, path, made.bytes)) wrong.push(`${path} is not whole`);
  }
  for (const [root, count] of slots) if (count > 2) wrong.push(`${count} slots are in ${root}`);
  const staged = [...tree.keys()].filter((path) =>
    /\/data\/updates\/files\/[0-9a-f]{64}$/.test(path),
  );
  const most = shape.made(version).length * 2;
  if (staged.length > most) wrong.push(`${staged.length} files of releases are kept`);
  return wrong;
}

/** What runs is what is there. */
function processesWrong({ shape, processes, storage }: Machine, tree: Tree): readonly string[] {
  return shape.programs.flatMap(({ unit, path }) => {
    const link = path.replace(/\/current\/.*$/, '/current');
    const target = tree.get(link)?.target;
    const real = target === undefined ? path : path.replace('/current/', `/${target}/`);
    let text: string | undefined;
    each(storage.root, (node, at) => {
      if (at === real) text = Buffer.from(node.bytes).toString();
    });
    const runs = processes.get(unit)?.text;
    const short = (of: string | undefined) => of?.slice(0, 12) ?? 'nothing';
    // Where a first version is taken away again there is nothing left to run.
    return text === undefined || runs === text
      ? []
      : [`${unit} runs ${short(runs)} and ${short(text)} is there`];
  });
}

/** Each run has one end: told again, it says the same. */
function toldWrong({ told }: Machine): readonly string[] {
  const ends = new Map<string, Set<string>>();
  for (const { id, state, text } of told) {
    const of = ends.get(id) ?? new Set();
    ends.set(id, of);
    if (isEnd(state)) of.add(`${state} ${text}`);
  }
  return [...ends].flatMap(([id, of]) =>
    of.size === 1 ? [] : [`a run has ${of.size} ends: ${id} ${[...of].join(' | ')}`],
  );
}
