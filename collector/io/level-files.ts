/**
 * What LevelDB's files say of each other, which LevelDB itself does not ask: it takes a log that is
 * cut, zeroed or gone for a crash, and tables that an old list does not name for rubbish.
 */
import { existsSync, readdirSync, readFileSync, statSync } from 'node:fs';
import { join } from 'node:path';
import { checkLog } from '../core/store/level-format.ts';
import { checkTable } from '../core/store/level-table.ts';
import { logRecords } from './level-log.ts';
import { type Manifest, readManifest } from './level-manifest.ts';

interface Beginning {
  batch(
    operations: { type: 'del'; key: Uint8Array }[],
    options: { readonly sync: boolean; readonly keyEncoding: 'view' },
  ): Promise<void>;
}

/** A key that no kind of entry has. */
const NOBODY = Uint8Array.of(0);
const BEGIN_OPTIONS = { sync: true, keyEncoding: 'view' } as const;

/** LevelDB's own message when it leaves out what it cannot read of a log. */
const DROPPING = /\S+: dropping \d+ bytes.*$/m;

/** Why the list of files is not to be believed; `undefined` when it is, or there is no folder yet. */
export function manifestProblem(path: string): string | undefined {
  if (!existsSync(path)) return undefined;
  const files = readdirSync(path);
  if (!files.includes('CURRENT')) {
    // Such a folder would be taken for a new one, and the tables in it deleted.
    const old = files.some((file) => /\.(ldb|sst|log)$|^MANIFEST-/.test(file));
    return old ? 'CURRENT is missing' : undefined;
  }
  const manifest = readList(path);
  return typeof manifest === 'string' ? manifest : listProblem(path, manifest, files);
}

/** The list that `CURRENT` names, or why it cannot be read; whether it is the newest is not asked. */
export function readList(path: string): Manifest | string {
  if (!existsSync(join(path, 'CURRENT'))) return 'CURRENT is missing';
  const current = readFileSync(join(path, 'CURRENT'), 'latin1');
  if (!/^MANIFEST-\d+\n$/.test(current)) return 'CURRENT names no list of files';
  const name = current.trim();
  if (!existsSync(join(path, name))) return `${name} is missing`;
  const bytes = readFileSync(join(path, name));
  const bad = checkLog(bytes);
  if (bad !== undefined) return `${name}: ${bad}`;
  const { records, problem } = logRecords(bytes);
  if (problem !== undefined) return `${name} ${problem}`;
  return readManifest(records) ?? `${name} cannot be read`;
}

function listProblem(
  path: string,
  { log, tables }: Manifest,
  files: readonly string[],
): string | undefined {
  // A list of earlier names a log that was thrown away since; after a repair it names none.
  if (log > 0 && !files.includes(fileName(log, 'log'))) return `${fileName(log, 'log')} is missing`;
  for (const [number, { size }] of tables) {
    const table = [fileName(number, 'ldb'), fileName(number, 'sst')].find((one) =>
      files.includes(one),
    );
    if (table === undefined) return `${fileName(number, 'ldb')} is missing`;
    if (statSync(join(path, table)).size !== size) return `${table} has not its size`;
  }
  return undefined;
}

/**
 * What the newest log does not hold any more, as far as it shows: a killed process leaves whole
 * records, so that only a power cut, or damage, leaves half of one or zeros.
 */
export function logProblem(path: string): string | undefined {
  if (!existsSync(path)) return undefined;
  for (const name of readdirSync(path).filter((one) => one.endsWith('.log'))) {
    const bytes = readFileSync(join(path, name));
    if (bytes.length === 0) return `${name} is empty`;
    const { problem } = logRecords(bytes);
    if (problem !== undefined) return `${name} ${problem}`;
  }
  return undefined;
}

/**
 * Writes something that stands for nothing: from now on an empty log is one that lost what it held.
 * On a disk that takes nothing the next write tells.
 */
export async function beginLog(level: Beginning): Promise<void> {
  await level.batch([{ type: 'del', key: NOBODY }], BEGIN_OPTIONS).catch(() => undefined);
}

/** What LevelDB left out when it was opened just now. It returns no error; its diary tells. */
export function droppedAtOpening(path: string): string | undefined {
  try {
    return DROPPING.exec(readFileSync(join(path, 'LOG'), 'utf8'))?.[0];
  } catch {
    return undefined;
  }
}

/** All that is wrong with the files of a folder at rest; each byte of them is read. */
export function fileProblems(path: string): string[] {
  const listed = manifestProblem(path);
  const problems = listed === undefined ? [] : [listed];
  const log = logProblem(path);
  if (log !== undefined) problems.push(log);
  for (const name of readdirSync(path).sort()) {
    const check = name.endsWith('.ldb')
      ? tableProblem
      : name.endsWith('.log')
        ? checkLog
        : undefined;
    const bad = check?.(readFileSync(join(path, name)));
    if (bad !== undefined) problems.push(`${name}: ${bad}`);
  }
  return problems;
}

/** What is wrong with a table. A damaged length may point anywhere. */
export function tableProblem(bytes: Buffer): string | undefined {
  try {
    return checkTable(bytes);
  } catch {
    return 'cannot be read';
  }
}

export function fileName(number: number, kind: 'ldb' | 'log' | 'sst'): string {
  return `${String(number).padStart(6, '0')}.${kind}`;
}
