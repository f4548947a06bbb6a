/**
 * The trusted metadata of both repositories in one file, with a checksum: it is replaced as a whole,
 * so that a cut leaves the old set or the new one and never parts of both.
 */
import { createHash } from 'node:crypto';
import { mkdir, open, readFile, rename, rm } from 'node:fs/promises';
import { dirname, join } from 'node:path';
import type { TrustedSet, TrustState } from '../core/trust/trusted.ts';
import type { TrustStore } from '../ports/trust.ts';
import { syncPath } from './updates/durable.ts';

const FILE = 'trust';
const MODE = 0o600;

export function createTrustStore(folder: string): TrustStore {
  const path = join(folder, FILE);
  const draft = `${path}.new`;
  let last: Promise<unknown> = Promise.resolve();

  async function write(state: TrustState): Promise<void> {
    await mkdir(folder, { recursive: true, mode: 0o750 });
    try {
      const file = await open(draft, 'w', MODE);
      try {
        await file.writeFile(encode(state));
        await file.sync();
      } finally {
        await file.close();
      }
      await rename(draft, path);
    } catch (error) {
      await rm(draft, { force: true }).catch(() => undefined);
      throw error;
    }
    await syncPath(folder);
  }

  return {
    async load() {
      const bytes = await readFile(path).catch((error: NodeJS.ErrnoException) => {
        if (error.code === 'ENOENT') return undefined;
        throw error;
      });
      if (bytes === undefined) return { state: undefined, damaged: false };
      const state = decode(bytes);
      if (state !== undefined) return { state, damaged: false };
      // Kept for people to look at; what was trusted starts again from the installation's roots.
      await rename(path, join(dirname(path), `${FILE}.damaged`));
      await syncPath(folder);
      return { state: undefined, damaged: true };
    },
    // One after the other: two writers would share the draft.
    save(state) {
      const mine = last.then(() => write(state));
      last = mine.catch(() => undefined);
      return mine;
    },
  };
}

/** A line with the checksum of the rest, then JSON. */
function encode(state: TrustState): string {
  const text = JSON.stringify(state);
  return `${checksum(text)}\n${text}`;
}

function decode(bytes: Uint8Array): TrustState | undefined {
  const whole = Buffer.from(bytes).toString('utf8');
  const end = whole.indexOf('\n');
  const text = whole.slice(end + 1);
  if (end < 0 || checksum(text) !== whole.slice(0, end)) return undefined;
  const state = JSON.parse(text) as Partial<TrustState>;
  const good = isSet(state.director) && isSet(state.release) && Number.isFinite(state.signedTime);
  return good ? (state as TrustState) : undefined;
}

function isSet(set: TrustedSet | undefined): boolean {
  return typeof set?.root === 'string' && typeof set.roles === 'object';
}

function checksum(text: string): string {
  return `muster-trust-1 ${createHash('sha256').update(text).digest('hex')}`;
}
