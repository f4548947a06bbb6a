/**
 * The director on the disk: its keys (readable by the collector alone) and what each device was told
 * last, so that versions go on rising after a restart.
 */
import { mkdir, readFile, rm } from 'node:fs/promises';
import { join } from 'node:path';
import { isId } from '../../../protocol/ids.ts';
import type { KeyPair } from '../../../protocol/tuf/keys.ts';
import { signTime } from '../../../protocol/tuf/time-statement.ts';
import { type Assigned, type Told, tell } from '../../core/releases/director.ts';
import type { DirectorDesk } from '../../ports/releases.ts';
import type { Log } from '../../ports.ts';
import { signingKey } from './director-keys.ts';
import { readTold, writeTold } from './told-file.ts';

export interface DirectorDeps {
  /** UTC milliseconds. */
  readonly now: () => number;
  /** What a device should have; `undefined`: it is not known here. */
  readonly assigned: (device: string) => readonly Assigned[] | undefined;
  /** The highest version that the device says it has seen: a restored collector goes above it. */
  readonly seen: (device: string) => number;
  readonly log?: Pick<Log, 'warn' | 'error'>;
}

const ROOT = /^\d{1,9}\.root\.json$/;

export async function openDirector(folder: string, deps: DirectorDeps): Promise<DirectorDesk> {
  await mkdir(join(folder, 'devices'), { recursive: true, mode: 0o700 });
  let key: KeyPair | undefined;
  // A collector whose director cannot sign still watches its fleet.
  await signer().catch((error: unknown) => {
    deps.log?.error(`the director is closed, devices get no updates: ${messageOf(error)}`);
  });
  const known = new Map<string, Told>();
  const turns = new Map<string, Promise<unknown>>();

  /** Looked for again until it can be used: somebody may put the file back. */
  async function signer(): Promise<KeyPair> {
    key ??= await signingKey(folder, deps.now());
    return key;
  }

  async function lastTold(device: string): Promise<Told | undefined> {
    const held = known.get(device);
    if (held !== undefined) return held;
    const kept = await readTold(join(folder, 'devices', `${device}.json`));
    if (kept !== 'damaged') return kept;
    // Versions follow the clock, and `seen`: they go on rising.
    deps.log?.warn('what a device was told last is damaged; it is signed anew', { device });
    return undefined;
  }

  async function current(device: string): Promise<Told | undefined> {
    const assigned = deps.assigned(device);
    if (assigned === undefined) return undefined;
    const keys = [await signer()];
    const before = await lastTold(device);
    const told = tell(device, assigned, before, deps.seen(device), keys, deps.now());
    // On the disk before anybody hears it: a version is never told twice with different content.
    if (told !== before) await writeTold(join(folder, 'devices', `${device}.json`), told);
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
    time: async (device, nonce) => signTime({ device, nonce }, deps.now(), [await signer()]),
  };
}

const MOST_KNOWN = 10_000;

function bytesOf(text: string | undefined): Uint8Array | undefined {
  return text === undefined ? undefined : Buffer.from(text);
}

function messageOf(error: unknown): string {
  return error instanceof Error ? error.message : String(error);
}
