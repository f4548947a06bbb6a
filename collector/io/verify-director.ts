/** The director's folder for `verify`: its keys, its roots, and what each device was told. Changes nothing. */
import { readdir, readFile } from 'node:fs/promises';
import { join } from 'node:path';
import type { Root } from '../../protocol/tuf/metadata.ts';
import { signersOf } from '../../protocol/tuf/verify.ts';
import { missing, readDraft } from '../core/releases/envelope.ts';
import { rootOf } from '../core/releases/publication.ts';
import type { PartReport } from '../ports/commands.ts';
import { absent, readKey, rootVersions } from './releases/director-keys.ts';
import { readTold } from './releases/told-file.ts';

export async function* verifyDirector(folder: string): AsyncGenerator<PartReport> {
  const names = await readdir(folder).catch(absent);
  if (names === undefined) return;
  const roots = await rootsOf(folder);
  const { newest } = roots;
  yield report('director/root', roots.problem, `${roots.count} versions`);
  yield report('director/key', await keyProblem(folder, newest), 'as the newest root names it');
  for (const name of ['root-key.json', 'next-key.json']) {
    const problem = await problemOf(() => readKey(join(folder, name)));
    if (problem !== undefined) yield report(`director/${name.replace('.json', '')}`, problem, '');
  }
  yield* told(join(folder, 'devices'));
}

async function* told(folder: string): AsyncGenerator<PartReport> {
  const files = ((await readdir(folder).catch(absent)) ?? []).filter((name) =>
    name.endsWith('.json'),
  );
  let whole = 0;
  for (const name of files) {
    if ((await readTold(join(folder, name))) !== 'damaged') whole += 1;
    else yield report(`director/devices/${name.slice(0, -5)}`, 'it fails its checksum', '');
  }
  yield report('director/devices', undefined, `${whole} devices`);
}

interface Roots {
  readonly newest: Root | undefined;
  readonly count: number;
  readonly problem: string | undefined;
}

/** Each one is signed by its own keys and by those of the one before. */
async function rootsOf(folder: string): Promise<Roots> {
  const versions = await rootVersions(folder);
  let newest: Root | undefined;
  const problems = versions.length === 0 ? ['no root is there'] : [];
  for (const version of versions) {
    const name = `${version}.root.json`;
    const draft = readDraft(await readFile(join(folder, 'metadata', name)));
    const root = 'problem' in draft ? undefined : rootOf(draft);
    if ('problem' in draft || root === undefined) problems.push(`${name} is not readable`);
    else if (missing(draft, signersOf(root, 'root')) > 0 || root.version !== version)
      problems.push(`${name} is not as it was signed`);
    else if (newest !== undefined && missing(draft, signersOf(newest, 'root')) > 0)
      problems.push(`${name} is not signed by the keys of root ${newest.version}`);
    newest = root ?? newest;
  }
  return {
    newest,
    count: versions.length,
    problem: problems.length === 0 ? undefined : problems.join('; '),
  };
}

async function keyProblem(folder: string, newest: Root | undefined): Promise<string | undefined> {
  const path = join(folder, 'key.json');
  return problemOf(async () => {
    const key = await readKey(path);
    if (key === undefined) throw new Error(`${path} is gone`);
    if (newest !== undefined && !newest.roles.timestamp.keyids.includes(key.keyid))
      throw new Error(`${path} is not the key that the newest root names`);
  });
}

async function problemOf(look: () => Promise<unknown>): Promise<string | undefined> {
  try {
    await look();
    return undefined;
  } catch (error) {
    return error instanceof Error ? error.message : String(error);
  }
}

function report(part: string, problem: string | undefined, detail: string): PartReport {
  return { part, verdict: problem === undefined ? 'ok' : 'damaged', detail: problem ?? detail };
}
