/**
 * A preload for a program of tests: counts every change that its process makes to the file system
 * (bytes written, syncs, renames, links, folders, removals), and does something bad at those that
 * it was told. It stands below everything, facts and installers alike.
 *
 * MUSTER_FAULTS is a list of `<number>:<fault>`: `kill` (before it), `killed` (after it), `torn<n>`
 * (n eighths of the bytes get there, then a kill), or the name of an error. A kill is a real
 * SIGKILL, after bytes that nobody had synced were taken back, and names (made, renamed, removed)
 * whose folder nobody had synced: the power went with it. What comes back waits in MUSTER_SPARE.
 */
import fs from 'node:fs';
import { syncBuiltinESMExports } from 'node:module';
import { dirname, join } from 'node:path';

const faults = new Map(
  (process.env['MUSTER_FAULTS'] ?? '')
    .split(',')
    .filter((one) => one !== '')
    .map((one) => {
      const [at = '', fault = ''] = one.split(':');
      return [Number(at), fault] as const;
    }),
);
const traced: string[] = [];
let count = 0;
/** Length that is safe, by path of files that were written and not synced since. */
const unsynced = new Map<string, number>();

/** How to take back what happened to names and is not safe, the oldest first. */
let undone: { readonly folders: readonly string[]; undo(): void }[] = [];
const spares = process.env['MUSTER_SPARE'] ?? '';
let spareCount = 0;

function spare(): string {
  fs.mkdirSync(spares, { recursive: true });
  return join(spares, `${process.pid}-${++spareCount}`);
}

function takeBack(): void {
  for (const { undo } of undone.toReversed()) {
    try {
      undo();
    } catch {
      // Its folder has gone with something earlier.
    }
  }
}

function die(): never {
  for (const [path, length] of unsynced) {
    try {
      if (fs.statSync(path).size > length) fs.truncateSync(path, length);
    } catch {
      // It has gone, or has another name by now: then it keeps its bytes.
    }
  }
  takeBack();
  process.kill(process.pid, 'SIGKILL');
  for (;;) Atomics.wait(new Int32Array(new SharedArrayBuffer(4)), 0, 0);
}

function failure(code: string, syscall: string): Error {
  return Object.assign(new Error(`${code}: ${syscall}, injected`), { code, syscall });
}

/** Runs a change with its number; `torn` does a part of it. */
async function change<T>(
  what: string,
  syscall: string,
  act: () => Promise<T>,
  torn: (eighths: number) => void = () => undefined,
): Promise<T> {
  const number = ++count;
  traced.push(what);
  const fault = faults.get(number);
  if (fault === 'kill') die();
  if (fault?.startsWith('torn')) {
    torn(Number(fault.slice(4)));
    die();
  }
  if (fault !== undefined && fault !== 'killed') throw failure(fault, syscall);
  const result = await act();
  if (fault === 'killed') die();
  return result;
}

interface Handle {
  readonly fd: number;
  write(...args: unknown[]): Promise<unknown>;
  writeFile(data: string | Uint8Array): Promise<void>;
  sync(): Promise<void>;
  datasync(): Promise<void>;
  truncate(length?: number): Promise<void>;
}

function wrap(handle: Handle, path: string): Handle {
  const real = {
    write: handle.write.bind(handle),
    writeFile: handle.writeFile.bind(handle),
    sync: handle.sync.bind(handle),
    datasync: handle.datasync.bind(handle),
    truncate: handle.truncate.bind(handle),
  };
  const dirty = () => {
    if (!unsynced.has(path)) unsynced.set(path, fs.fstatSync(handle.fd).size);
  };
  const part = (data: string | Uint8Array) => (eighths: number) => {
    const bytes = Buffer.from(data);
    fs.writeSync(handle.fd, bytes.subarray(0, Math.floor((bytes.length * eighths) / 8)));
    // These bytes got there: that is what torn means.
    unsynced.delete(path);
  };
  const synced = (act: () => Promise<void>) => async () => {
    await change(`sync ${path}`, 'fsync', act);
    unsynced.delete(path);
    undone = undone.filter(({ folders }) => !folders.includes(path));
  };
  handle.write = (...args) => {
    dirty();
    return change(`write ${path}`, 'write', () => real.write(...args), part(args[0] as Uint8Array));
  };
  handle.writeFile = (data) => {
    dirty();
    return change(`write ${path}`, 'write', () => real.writeFile(data), part(data));
  };
  handle.sync = synced(real.sync);
  handle.datasync = synced(real.datasync);
  handle.truncate = (length) =>
    change(`truncate ${path}`, 'ftruncate', () => real.truncate(length));
  return handle;
}

type Call = (...args: unknown[]) => Promise<unknown>;
const promises = fs.promises as unknown as Record<string, Call>;

const open = promises['open'] as Call;
promises['open'] = async (path, flags, ...rest) => {
  const isWriting = typeof flags === 'string' && /[wa+]/.test(flags);
  const make = () => open(path, flags, ...rest);
  const isNew = isWriting && !fs.existsSync(String(path));
  const handle = await (isNew ? change(`create ${String(path)}`, 'open', make) : make());
  if (isNew) noted([String(path)], () => fs.unlinkSync(String(path)));
  return wrap(handle as Handle, String(path));
};
for (const name of ['rename', 'symlink', 'unlink', 'rm', 'mkdir']) {
  const real = promises[name] as Call;
  promises[name] = (...args) => {
    const target = String(args[name === 'symlink' ? 1 : 0]);
    const isIdle = name === 'mkdir' ? fs.existsSync(target) : !exists(target);
    if (isIdle && name !== 'symlink') return real(...args);
    return change(`${name} ${target}`, name, async () => {
      if (name === 'rename') return renamed(target, String(args[1]));
      if (name === 'rm' || name === 'unlink') return removed(target);
      const first = await real(...args);
      const made = typeof first === 'string' ? first : target;
      noted([made], () => fs.rmSync(made, { recursive: true }));
      return first;
    });
  };
}

function noted(paths: readonly string[], undo: () => void): void {
  undone.push({ folders: paths.map((path) => dirname(path)), undo });
}

function renamed(from: string, to: string): void {
  const old = exists(to) ? spare() : undefined;
  if (old !== undefined) fs.linkSync(to, old);
  fs.renameSync(from, to);
  noted([from, to], () => {
    fs.renameSync(to, from);
    if (old !== undefined) fs.renameSync(old, to);
  });
  const length = unsynced.get(from);
  unsynced.delete(from);
  if (length !== undefined) unsynced.set(to, length);
}

/** It is put away rather than removed: nobody who looks can tell. */
function removed(path: string): void {
  const kept = spare();
  fs.renameSync(path, kept);
  noted([path], () => fs.renameSync(kept, path));
}

function exists(path: string): boolean {
  return fs.lstatSync(path, { throwIfNoEntry: false }) !== undefined;
}

const years = Number(process.env['MUSTER_CLOCK_YEARS'] ?? 0);
if (years !== 0) {
  const now = Date.now.bind(Date);
  Date.now = () => now() + years * 365.25 * 86_400_000;
}

syncBuiltinESMExports();

/** How many changes there were, and what they were. */
export function changes(): readonly string[] {
  return traced;
}
