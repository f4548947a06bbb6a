/**
 * The keys with which the collector signs. They are made once, at the first start: devices know them
 * by the root, so one that is damaged or gone is never replaced, only told of.
 */
import { mkdir, readdir, readFile } from 'node:fs/promises';
import { join } from 'node:path';
import { type KeyPair, keyPairOf, newKeyPair } from '../../../protocol/tuf/keys.ts';
import type { Root } from '../../../protocol/tuf/metadata.ts';
import { signersOf } from '../../../protocol/tuf/verify.ts';
import {
  draftBytes,
  missing,
  readDraft,
  signedWith,
  unsigned,
} from '../../core/releases/envelope.ts';
import { rootOf } from '../../core/releases/publication.ts';
import { firstRoot } from '../../core/releases/root-changes.ts';
import { syncFolder } from './sync-folder.ts';
import { writeSecret } from './write-secret.ts';

const ADVICE =
  'put it back from a backup; a new one would lock out every device that knows this director';
const NUMBERED_ROOT = /^(\d{1,9})\.root\.json$/;
const SECRET = /^[0-9a-f]{64}$/;

/** `undefined` where there is none; throws, naming it, when it is not what was written. */
export async function readKey(path: string): Promise<KeyPair | undefined> {
  const text = await readFile(path, 'utf8').catch(absent);
  if (text === undefined) return undefined;
  const kept = json(text) as Partial<KeyPair> | null | undefined;
  const secret = typeof kept?.secret === 'string' && SECRET.test(kept.secret) ? kept.secret : '';
  const key = secret === '' ? undefined : keyPairOf(secret);
  if (key === undefined || key.public !== kept?.public || key.keyid !== kept.keyid)
    throw new Error(`${path} is damaged: ${ADVICE}`);
  return key;
}

/** The key that signs for devices, made at the very first start. Throws while it cannot be used. */
export async function signingKey(folder: string, now: number): Promise<KeyPair> {
  const path = join(folder, 'key.json');
  const root = await newestRoot(folder);
  const key = await readKey(path);
  if (key === undefined && root === undefined) return firstKeys(folder, now);
  if (key === undefined) throw new Error(`${path} is gone: ${ADVICE}`);
  if (root === undefined) return rootFor(folder, key, now);
  // Devices hold roots of their own: they take what the key signs.
  if (root === 'damaged') return key;
  if (root.roles.timestamp.keyids.includes(key.keyid)) return key;
  throw new Error(`${path} is not the key that the newest root names (${root.version}): ${ADVICE}`);
}

/** The root is written last: without it nobody knows the keys yet. */
async function firstKeys(folder: string, now: number): Promise<KeyPair> {
  if (await toldAnybody(folder))
    throw new Error(`${join(folder, 'key.json')} and the roots are gone: ${ADVICE}`);
  const key = newKeyPair();
  await writeSecret(join(folder, 'root-key.json'), JSON.stringify(newKeyPair()));
  await writeSecret(join(folder, 'key.json'), JSON.stringify(key));
  return rootFor(folder, key, now);
}

async function rootFor(folder: string, key: KeyPair, now: number): Promise<KeyPair> {
  const own = await readKey(join(folder, 'root-key.json'));
  const metadata = join(folder, 'metadata');
  if (own === undefined)
    throw new Error(
      `${metadata} has no root: put it back from a backup, or from those who sign it`,
    );
  const one = (pair: KeyPair) => ({ keys: [pair.public], threshold: 1 });
  const roles = { root: one(own), targets: one(key), snapshot: one(key), timestamp: one(key) };
  const first = firstRoot(roles, now);
  if (!first.ok) throw new Error(first.problem);
  await mkdir(metadata, { recursive: true, mode: 0o700 });
  const bytes = draftBytes(signedWith(unsigned(first.document), own));
  await writeSecret(join(metadata, '1.root.json'), Buffer.from(bytes).toString('utf8'));
  await syncFolder(folder);
  return key;
}

/** Versions of the roots that are there, rising. */
export async function rootVersions(folder: string): Promise<readonly number[]> {
  const names = await readdir(join(folder, 'metadata')).catch(absent);
  const versions = (names ?? []).map((name) => Number(NUMBERED_ROOT.exec(name)?.[1] ?? 0));
  return versions.filter((version) => version > 0).sort((a, b) => a - b);
}

async function newestRoot(folder: string): Promise<Root | 'damaged' | undefined> {
  const version = (await rootVersions(folder)).at(-1);
  if (version === undefined) return undefined;
  return (await readRoot(folder, version)) ?? 'damaged';
}

/** `undefined` for one that is not as its keys have signed it. */
async function readRoot(folder: string, version: number): Promise<Root | undefined> {
  const draft = readDraft(await readFile(join(folder, 'metadata', `${version}.root.json`)));
  const root = 'problem' in draft ? undefined : rootOf(draft);
  if ('problem' in draft || root === undefined) return undefined;
  return missing(draft, signersOf(root, 'root')) > 0 ? undefined : root;
}

/** For those who look after it: throws, naming it, when the newest root is not as it was signed. */
export async function checkNewestRoot(folder: string): Promise<void> {
  if ((await newestRoot(folder)) !== 'damaged') return;
  const path = join(folder, 'metadata');
  throw new Error(`the newest root in ${path} is damaged: put it back from a backup`);
}

async function toldAnybody(folder: string): Promise<boolean> {
  const names = await readdir(join(folder, 'devices')).catch(absent);
  return (names ?? []).length > 0;
}

function json(text: string): unknown {
  try {
    return JSON.parse(text);
  } catch {
    return undefined;
  }
}

export function absent(error: NodeJS.ErrnoException): undefined {
  if (error.code === 'ENOENT') return undefined;
  throw error;
}
