/**
 * The director on the disk: its keys (readable by the collector alone) and what each device was told
 * last, so that versions go on rising after a restart.
 */
import { mkdir, readFile, rm } from 'node:fs/promises';
import { join } from 'node:path';
import { isId } from '../../../protocol/ids.ts';
import { type KeyPair, keyPairOf, newKeyPair } from '../../../protocol/tuf/keys.ts';
import { signTime } from '../../../protocol/tuf/time-statement.ts';
import { type Assigned, type Told, tell } from '../../core/releases/director.ts';
import { draftBytes, signedWith, unsigned } from '../../core/releases/envelope.ts';
import { firstRoot } from '../../core/releases/root-changes.ts';
import type { DirectorDesk } from '../../ports/releases.ts';
import { syncFolder } from './sync-folder.ts';
import { writeSecret } from './write-secret.ts';

export interface DirectorDeps {
  /** UTC milliseconds. */
  readonly now: () => number;
  /** What a device should have; `undefined`: it is not known here. */
  readonly assigned: (device: string) => readonly Assigned[] | undefined;
  /** The highest version that the device says it has seen: a restored collector goes above it. */
  readonly seen: (device: string) => number;
}

const ROOT = /^\d{1,9}\.root\.json$/;

export async function openDirector(folder: string, deps: DirectorDeps): Promise<DirectorDesk> {
  await mkdir(join(folder, 'devices'), { recursive: true, mode: 0o700 });
  const key = await ownKey(folder, deps.now());
  const known = new Map<string, Told>();
  const turns = new Map<string, Promise<unknown>>();

  async function lastTold(device: string): Promise<Told | undefined> {
    const held = known.get(device);
    if (held !== undefined) return held;
    const text = await readText(join(folder, 'devices', `${device}.json`));
    return text === undefined ? undefined : parsed(text);
  }

  async function current(device: string): Promise<Told | undefined> {
    const assigned = deps.assigned(device);
    if (assigned === undefined) return undefined;
    const before = await lastTold(device);
    const told = tell(device, assigned, before, deps.seen(device), [key], deps.now());
    // On the disk before anybody hears it: a version is never told twice with different content.
    if (told !== before)
      await writeSecret(join(folder, 'devices', `${device}.json`), JSON.stringify(told));
    known.delete(device);
    known.set(device, told);
    const [oldest] = known.keys();
    if (known.size > MOST_KNOWN && oldest !== undefined) known.delete(oldest);
    return told;
  }

  return {
    async file(device, name) {
      if (!isId(device)) return undefined;
      if (ROOT.test(name)) return readFile(join(folder, 'metadata', name)).catch(() => undefined);
      if (name !== 'timestamp.json') return bytesOf((await lastTold(device))?.files[name]);
      // One at a time for each device.
      const turn = (turns.get(device) ?? Promise.resolve()).then(() => current(device));
      const done = turn.catch(() => undefined);
      turns.set(device, done);
      try {
        return bytesOf((await turn)?.files[name]);
      } finally {
        if (turns.get(device) === done) turns.delete(device);
      }
    },
    async forget(device) {
      if (!isId(device)) return;
      const turn = (turns.get(device) ?? Promise.resolve()).then(async () => {
        known.delete(device);
        await rm(join(folder, 'devices', `${device}.json`), { force: true });
      });
      const done = turn.catch(() => undefined);
      turns.set(device, done);
      await turn.finally(() => {
        if (turns.get(device) === done) turns.delete(device);
      });
    },
    time: async (device, nonce) => Promise.resolve(signTime({ device, nonce }, deps.now(), [key])),
  };
}

const MOST_KNOWN = 10_000;

function bytesOf(text: string | undefined): Uint8Array | undefined {
  return text === undefined ? undefined : Buffer.from(text);
}

/** Made at the first start, with a root of its own; `metadata/` may be replaced by one that people sign. */
async function ownKey(folder: string, now: number): Promise<KeyPair> {
  const path = join(folder, 'key.json');
  const text = await readText(path);
  if (text !== undefined) return keyPairOf((JSON.parse(text) as { secret: string }).secret);
  const key = newKeyPair();
  const root = newKeyPair();
  const one = (pair: KeyPair) => ({ keys: [pair.public], threshold: 1 });
  const roles = { root: one(root), targets: one(key), snapshot: one(key), timestamp: one(key) };
  const first = firstRoot(roles, now);
  if (!first.ok) throw new Error(first.problem);
  await mkdir(join(folder, 'metadata'), { recursive: true, mode: 0o700 });
  await rm(join(folder, 'metadata', '1.root.json'), { force: true });
  const bytes = draftBytes(signedWith(unsigned(first.document), root));
  await writeSecret(join(folder, 'root-key.json'), JSON.stringify(root));
  await writeSecret(join(folder, 'metadata', '1.root.json'), Buffer.from(bytes).toString('utf8'));
  await writeSecret(path, JSON.stringify(key));
  await syncFolder(folder);
  return key;
}

async function readText(path: string): Promise<string | undefined> {
  return readFile(path, 'utf8').catch((error: NodeJS.ErrnoException) => {
    if (error.code === 'ENOENT') return undefined;
    throw error;
  });
}

function parsed(text: string): Told | undefined {
  try {
    return JSON.parse(text) as Told;
  } catch {
    // Written whole or not at all; what else happened to it, `seen` keeps versions rising.
    return undefined;
  }
}
