/** What the release commands share: the repository, staging, keys. */
import { chmod, readFile, writeFile } from 'node:fs/promises';
import { resolve } from 'node:path';
import type { Command } from 'commander';
import type { JsonObject } from '../../../../protocol/tuf/json.ts';
import type { KeyPair } from '../../../../protocol/tuf/keys.ts';
import { TOP_ROLES, type TopRole } from '../../../../protocol/tuf/metadata.ts';
import { openReleaseFolder, type ReleaseFolder } from '../../../app/releases.ts';
import { type TargetMap, targetsOf } from '../../../core/releases/catalog.ts';
import { EXPIRES_AFTER_MS, targetsDocument } from '../../../core/releases/compose.ts';
import {
  allTargets,
  delegationsDocument,
  delegationsOf,
} from '../../../core/releases/delegations.ts';
import { type Draft, unsigned } from '../../../core/releases/envelope.ts';
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

/** How many keys. */
export function count(text: string): number {
  if (!/^[1-9]\d?$/.test(text)) throw new CliError(`${text} is no number from 1 to 99`);
  return Number(text);
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

/** The targets role being worked on: staged, else published. */
export function workingTop({ staged, published }: RepositoryState): Draft | undefined {
  return staged.targets ?? published.targets;
}

/** What a role says of targets, staged or else published. */
export function workingTargets(state: RepositoryState, role: string = 'targets'): TargetMap {
  const { delegates } = state;
  if (role === 'targets') return targetsOf(workingTop(state)?.signed);
  return targetsOf((delegates.staged.get(role) ?? delegates.published.get(role))?.signed);
}

/** All that is being worked on, by whatever role. */
export function workingAll(state: RepositoryState): TargetMap {
  const { published, staged } = state.delegates;
  return allTargets(workingTop(state), new Map([...published, ...staged]));
}

export function publishedAll({ published, delegates }: RepositoryState): TargetMap {
  return allTargets(published.targets, delegates.published);
}

/** Names of roles that releases may be in. */
export function targetRoles(state: RepositoryState): readonly string[] {
  return ['targets', ...delegationsOf(workingTop(state)).roles.map(({ name }) => name)];
}

/** Stages changed targets; whatever had been signed of them must be signed again. */
export async function stageTargets(
  io: CliIo,
  folder: ReleaseFolder,
  state: RepositoryState,
  targets: TargetMap,
  role: string = 'targets',
): Promise<void> {
  const delegations = delegationsDocument(delegationsOf(workingTop(state)));
  if (role === 'targets') return stageTop(io, folder, state, targets, delegations);
  await stageDraft(io, folder, role, targets, state.delegates.published.get(role));
}

/** The targets role's own, with these delegations. */
export async function stageTop(
  io: CliIo,
  folder: ReleaseFolder,
  { published }: RepositoryState,
  targets: TargetMap,
  delegations: JsonObject | undefined,
): Promise<void> {
  await stageDraft(io, folder, 'targets', targets, published.targets, delegations);
}

async function stageDraft(
  io: CliIo,
  folder: ReleaseFolder,
  role: string,
  targets: TargetMap,
  before: Draft | undefined,
  delegations?: JsonObject,
): Promise<void> {
  const version = before === undefined ? 1 : versionOf(before) + 1;
  const expires = io.now() + EXPIRES_AFTER_MS.targets;
  await folder.stage(role, unsigned(targetsDocument({ version, expires }, targets, delegations)));
  io.err(`${role} ${version} is staged: muster release sign ${role} --key FILE, then publish\n`);
}
