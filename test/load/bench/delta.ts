/**
 * What an update weighs: two builds of this project some commits apart, and trees that were made up.
 * Full is the archive as it is fetched by a device that has nothing: compressed.
 */
import { execFileSync } from 'node:child_process';
import { createHash } from 'node:crypto';
import { cp, mkdir, stat, symlink, writeFile } from 'node:fs/promises';
import { join } from 'node:path';
import { buildArchive } from '../../../collector/io/releases/archive.ts';
import { makeDelta, tryDelta } from '../../../collector/io/releases/delta.ts';
import { root } from '../../../scripts/lib/root.mjs';
import { tempFolder } from '../../support/temp-folder.ts';

export const describe =
  'bytes of updates: deltas of two builds, and of made-up trees [commits back…| --big]';

interface Row {
  readonly what: string;
  readonly plain: number;
  readonly full: number;
  readonly delta: number;
  readonly ms: number;
}

const PROGRAMS = ['agent', 'collector', 'helper', 'muster'];
const AGO = [1, 5, 20, 60, 120];

export async function run(args: string[]): Promise<void> {
  await using folder = await tempFolder('bench-delta');
  const at = (...parts: string[]) => join(folder.path, ...parts);
  if (args.includes('--big')) return await big(at('big-old'), at('big-new'));
  const ago = args.length > 0 ? args.map(Number) : AGO;
  const rows: Row[] = [];
  for (const tree of trees()) {
    await writeTree(at(tree.name, 'old'), tree.old);
    await writeTree(at(tree.name, 'new'), tree.fresh);
    rows.push(await compared(tree.name, at(tree.name, 'old'), at(tree.name, 'new')));
  }
  await built(at('clone'), 'HEAD', at('0'));
  for (const back of ago) {
    await built(at('clone'), `HEAD~${back}`, at(String(back)));
    for (const program of PROGRAMS) {
      const what = `${program}, ${back} commits`;
      rows.push(await compared(what, at(String(back), program), at('0', program)));
    }
  }
  print(rows);
}

/** How long a delta of 100 MB takes, and how much memory. */
async function big(old: string, fresh: string): Promise<void> {
  const pieces = Array.from({ length: 100 }, (_, n) => [`${n}`, noise(`piece ${n}`, 1_000_000)]);
  const tree = new Map(pieces as [string, Uint8Array][]);
  await writeTree(old, tree);
  for (let n = 0; n < 100; n += 7) tree.set(`${n}`, noise(`other ${n}`, 1_000_000));
  await writeTree(fresh, tree);
  tree.clear();
  print([await compared('made up, 100 MB, a seventh new', old, fresh)]);
  console.log(`largest memory ${(process.resourceUsage().maxRSS / 1024).toFixed(0)} MiB`);
}

async function built(clone: string, commit: string, to: string): Promise<void> {
  const quiet = { stdio: 'ignore' as const };
  const id = execFileSync('git', ['rev-parse', commit], { cwd: root, encoding: 'utf8' }).trim();
  if ((await stat(clone).catch(() => undefined)) === undefined) {
    execFileSync('git', ['clone', '-q', '--no-checkout', root, clone], quiet);
    await symlink(join(root, 'node_modules'), join(clone, 'node_modules'));
  }
  execFileSync('git', ['checkout', '-qf', id], { ...quiet, cwd: clone });
  const tsx = join(root, 'node_modules/.bin/tsx');
  execFileSync(tsx, ['scripts/build.ts', '--lenient'], { ...quiet, cwd: clone });
  // Maps are no part of what is shipped.
  const filter = (path: string) => !path.endsWith('.map');
  await cp(join(clone, 'dist'), to, { recursive: true, filter });
}

async function compared(what: string, old: string, fresh: string): Promise<Row> {
  const progress = () => undefined;
  await buildArchive(old, `${old}.tar`);
  await buildArchive(fresh, `${fresh}.tar`);
  const size = async (path: string) => (await stat(path)).size;
  const whole = { from: undefined, to: `${fresh}.tar`, out: `${fresh}.full`, progress };
  await makeDelta(whole);
  const delta = { ...whole, from: `${old}.tar`, out: `${fresh}.delta` };
  const began = performance.now();
  await makeDelta(delta);
  const ms = performance.now() - began;
  await tryDelta(delta);
  return {
    ...{ what, plain: await size(whole.to), full: await size(whole.out), ms },
    delta: await size(delta.out),
  };
}

function print(rows: readonly Row[]): void {
  console.log('| update | plain .tar | full (compressed) | delta | of full | of plain | made in |');
  console.log('|---|---|---|---|---|---|---|');
  const kb = (bytes: number) => `${(bytes / 1000).toFixed(1)} kB`;
  const of = (part: number, all: number) => `${((100 * part) / all).toFixed(2)} %`;
  for (const { what, plain, full, delta, ms } of rows) {
    const cells = [what, kb(plain), kb(full), kb(delta), of(delta, full), of(delta, plain)];
    console.log(`| ${cells.join(' | ')} | ${(ms / 1000).toFixed(1)} s |`);
  }
}

type Tree = ReadonlyMap<string, Uint8Array>;

interface Pair {
  readonly name: string;
  readonly old: Tree;
  readonly fresh: Tree;
}

/** Files of text that repeats as source does, and of bytes that do not. */
function trees(): readonly Pair[] {
  const old = new Map<string, Uint8Array>();
  for (let n = 0; n < 400; n++) old.set(`lib/module-${n}.js`, source(n, 60 + ((n * 37) % 400)));
  for (let n = 0; n < 8; n++) old.set(`data/blob-${n}.bin`, noise(`blob ${n}`, 500_000));
  const patched = new Map(old);
  for (const n of [7, 180, 333]) patched.set(`lib/module-${n}.js`, edited(old, n, 2));
  const minor = new Map(old);
  for (let n = 0; n < 400; n += 4) minor.set(`lib/module-${n}.js`, edited(old, n, 9));
  for (let n = 400; n < 440; n++) minor.set(`lib/module-${n}.js`, source(n, 200));
  minor.set('data/blob-3.bin', noise('blob 3, next', 500_000));
  const moved = new Map([...old].map(([path, bytes]) => [`app/v2/${path}`, bytes]));
  return [
    { name: 'made up, patch', old, fresh: patched },
    { name: 'made up, minor', old, fresh: minor },
    { name: 'made up, folders moved', old, fresh: moved },
  ];
}

function source(seed: number, lines: number): Uint8Array {
  const words = Array.from({ length: 40 }, (_, n) => noise(`word ${n}`, 6).toString('hex'));
  const text = Array.from({ length: lines }, (_, line) => {
    const draw = createHash('sha256').update(`${seed}/${line}`).digest();
    const word = (at: number) => words[(draw[at] ?? 0) % words.length] ?? '';
    return `  const ${word(0)} = ${word(1)}(${word(2)}, ${draw[3]}); // ${word(4)} ${word(5)}`;
  });
  return Buffer.from(text.join('\n'));
}

function edited(old: Tree, n: number, changes: number): Uint8Array {
  const lines = Buffer.from(old.get(`lib/module-${n}.js`) ?? [])
    .toString('utf8')
    .split('\n');
  for (let change = 0; change < changes; change++) {
    const at = (change * 53 + n) % lines.length;
    lines.splice(at, 1, `  return check(${n}, ${change});`, '  // changed');
  }
  return Buffer.from(lines.join('\n'));
}

function noise(seed: string, bytes: number): Buffer {
  const parts: Buffer[] = [];
  for (let at = 0; at < bytes; at += 64) {
    parts.push(createHash('sha512').update(`${seed} ${at}`).digest());
  }
  return Buffer.concat(parts).subarray(0, bytes);
}

async function writeTree(folder: string, tree: Tree): Promise<void> {
  for (const [path, bytes] of tree) {
    await mkdir(join(folder, path, '..'), { recursive: true });
    await writeFile(join(folder, path), bytes);
  }
}
