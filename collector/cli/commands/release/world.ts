/** What the release commands share: the repository, staging, keys. */
import { chmod, readFile, writeFile } from 'node:fs/promises';
import { resolve } from 'node:path';
import type { Command } from 'commander';
import type { KeyPair } from '../../../../protocol/tuf/keys.ts';
import { TOP_ROLES, type TopRole } from '../../../../protocol/tuf/metadata.ts';
import { openReleaseFolder, type ReleaseFolder } from '../../../app/releases.ts';
import { type TargetMap, targetsOf } from '../../../core/releases/catalog.ts';
import { EXPIRES_AFTER_MS, targetsDocument } from '../../../core/releases/compose.ts';
import { unsigned } from '../../../core/releases/envelope.ts';
import { openKey, type PublicKey, readPublic } from '../../../core/releases/key-file.ts';
import { type RepositoryState, versionOf } from '../../../core/releases/publication.ts';
import { CliError, type CliIo } from '../../io.ts';
import { passphrase } from './passphrase.ts';

export function folderOf(io: CliIo, command: Command): ReleaseFolder {
  const { repo } = command.optsWithGlobals<{ repo?: string }>();
  return openReleaseFolder(resolve(repo ?? io.env['MUSTER_RELEASES'] ?? 'releases'));
}

/** For options that may be given again. */
export function several(value: string, before: readonly string[] = []): readonly string[] {
  return [...before, value];
}

export function roleNamed(text: string): TopRole {
  const role = TOP_ROLES.find((one) => one === text);
  if (role === undefined) throw new CliError(`${text} is no role: ${TOP_ROLES.join(', ')}`);
  return role;
}

export async function publicKey(file: string): Promise<PublicKey> {
  const key = readPublic(await textOf(file));
  if ('problem' in key) throw new CliError(`${file}: ${key.problem}`);
  return key;
}

export async function secretKeys(io: CliIo, files: readonly string[]): Promise<readonly KeyPair[]> {
  const keys: KeyPair[] = [];
  for (const file of files) {
    const text = await textOf(file);
    const key = openKey(text, await passphrase(io, `Passphrase of ${file}: `));
    if ('problem' in key) throw new CliError(`${file}: ${key.problem}`);
    keys.push(key);
  }
  return keys;
}

export async function textOf(file: string): Promise<string> {
  return readFile(file, 'utf8').catch((error: unknown) => {
    throw new CliError(`${file} cannot be read: ${(error as Error).message}`);
  });
}

/** Never over a file that is there: it may be the only copy of a key. */
export async function newFile(file: string, text: string, mode: number): Promise<void> {
  try {
    await writeFile(file, text, { mode, flag: 'wx' });
    await chmod(file, mode);
  } catch (error) {
    throw new CliError(`${file} cannot be made: ${(error as Error).message}`);
  }
}

/** The targets that are being worked on: staged, else published. */
export function workingTargets({ staged, published }: RepositoryState): TargetMap {
  return targetsOf((staged.targets ?? published.targets)?.signed);
}

/** Stages changed targets; whatever had been signed of them must be signed again. */
export async function stageTargets(
  io: CliIo,
  folder: ReleaseFolder,
  state: RepositoryState,
  targets: TargetMap,
): Promise<void> {
  const { published } = state;
  const version = published.targets === undefined ? 1 : versionOf(published.targets) + 1;
  const expires = io.now() + EXPIRES_AFTER_MS.targets;
  await folder.stage('targets', unsigned(targetsDocument({ version, expires }, targets)));
  io.err(`targets ${version} is staged: muster release sign targets --key FILE, then publish\n`);
}
