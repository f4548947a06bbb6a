/**
 * Walks of a folder tree that cannot leave it: each step is taken from a folder that is held open,
 * no link is ever followed, and what is deleted is a name in a held folder.
 */
import type { Stats } from 'node:fs';
import { rootProblem } from '../../core/maintenance-roots.ts';
import type { TreeEntry, Trees, TreeWalk } from '../../ports/maintenance.ts';
import { codeOf } from './codes.ts';
import { HeldFolder } from './held-folder.ts';
import { protectedAs } from './protected.ts';
import { treeFolder } from './tree-folder.ts';

/** Each level holds a descriptor or two. */
const MOST_LEVELS = 96;
const BLOCK_BYTES = 512;

interface Level {
  readonly entry: TreeEntry;
  readonly held: HeldFolder;
  readonly depth: number;
}

interface Ground {
  readonly mount: string;
  readonly dev: number;
}

export function createTrees(): Trees {
  return { walk: walkTree };
}

async function walkTree(root: string, walk: TreeWalk): Promise<void> {
  const problem = rootProblem(root);
  if (problem !== undefined) throw new Error(problem);
  const held = await openRoot(root);
  try {
    const known = await protectedAs(held);
    if (known !== undefined) throw new Error(`${root} is ${known}, which belongs to the system`);
    const stats = await held.self();
    const ground = { mount: await held.mount(), dev: stats.dev };
    const level = { entry: entryOf('', '', stats), held, depth: 0 };
    await walkFolder(level, ground, walk);
    await walk.leave?.(level.entry, treeFolder(held), undefined);
  } finally {
    await held.close();
  }
}

async function openRoot(root: string): Promise<HeldFolder> {
  try {
    return await HeldFolder.open(root);
  } catch (error) {
    const code = codeOf(error);
    if (code === 'ENOENT') throw new Error(`${root} is not there`);
    if (code !== 'ELOOP' && code !== 'ENOTDIR') throw error;
    throw new Error(
      `${root} is no folder, or a part of it is a link: write the path that \`realpath\` shows`,
    );
  }
}

async function walkFolder(above: Level, ground: Ground, walk: TreeWalk): Promise<void> {
  const folder = treeFolder(above.held);
  for await (const name of above.held.names()) {
    walk.signal.throwIfAborted();
    const path = pathOf(above.entry.path, name);
    const stats = await above.held.stat(name).catch((error: unknown) => {
      if (codeOf(error) !== 'ENOENT') walk.skipped?.(path, reasonOf(error));
      return undefined;
    });
    if (stats === undefined) continue;
    const entry = entryOf(path, name, stats);
    await walk.visit?.(entry, folder);
    if (entry.kind === 'folder' && (walk.enter?.(path) ?? true)) {
      await step(above, entry, ground, walk);
    }
  }
}

async function step(above: Level, entry: TreeEntry, ground: Ground, walk: TreeWalk): Promise<void> {
  const depth = above.depth + 1;
  if (depth > MOST_LEVELS) {
    walk.skipped?.(entry.path, `deeper than ${MOST_LEVELS} folders`);
    return;
  }
  let held: HeldFolder;
  try {
    held = await above.held.child(entry.name);
  } catch (error) {
    // Gone, or something else by now (a link, a file): nothing of ours.
    if (codeOf(error) !== 'ENOENT') walk.skipped?.(entry.path, reasonOf(error));
    return;
  }
  try {
    if (walk.oneFileSystem && !(await isOn(held, ground))) {
      walk.skipped?.(entry.path, 'another file system is mounted there');
      return;
    }
    await walkFolder({ entry, held, depth }, ground, walk);
    await walk.leave?.(entry, treeFolder(held), treeFolder(above.held));
  } finally {
    await held.close();
  }
}

async function isOn(held: HeldFolder, ground: Ground): Promise<boolean> {
  const { dev } = await held.self();
  return dev === ground.dev && (await held.mount()) === ground.mount;
}

function entryOf(path: string, name: string, stats: Stats): TreeEntry {
  return {
    path,
    name,
    kind: kindOf(stats),
    bytes: stats.size,
    diskBytes: stats.blocks * BLOCK_BYTES,
    links: stats.nlink,
    modifiedMs: stats.mtimeMs,
    bornMs: stats.birthtimeMs > 0 ? stats.birthtimeMs : stats.ctimeMs,
  };
}

function kindOf(stats: Stats): TreeEntry['kind'] {
  if (stats.isFile()) return 'file';
  if (stats.isDirectory()) return 'folder';
  return stats.isSymbolicLink() ? 'link' : 'other';
}

function pathOf(above: string, name: string): string {
  const shown = Buffer.from(name, 'latin1').toString('utf8');
  return above === '' ? shown : `${above}/${shown}`;
}

function reasonOf(error: unknown): string {
  const code = codeOf(error);
  if (code === 'ELOOP' || code === 'ENOTDIR') return 'it was replaced while it was looked at';
  return code ?? (error instanceof Error ? error.message : String(error));
}
