/**
 * What root believes to begin with: the two roots beside the configuration file, which must belong to
 * root, and what was verified since, in the helper's own store. Other roots are another beginning:
 * whoever replaces them gets a store of their own.
 */
import { createHash } from 'node:crypto';
import { readdir, rm } from 'node:fs/promises';
import { join } from 'node:path';
import { freshTrust, REPOSITORIES, type TrustState } from '../../core/trust/trusted.ts';
import { createTrustStore } from '../../io/trust-store.ts';
import type { TrustStore } from '../../ports/trust.ts';
import type { Answer } from '../declarations.ts';
import { readTrusted } from '../trusted-file.ts';

export interface Anchored {
  readonly state: TrustState;
  readonly store: TrustStore;
}

export async function openTrust(roots: string, state: string): Promise<Answer<Anchored>> {
  const [director, release] = await Promise.all(
    REPOSITORIES.map((name) => readTrusted(join(roots, `${name}.root.json`))),
  );
  if (director?.ok !== true || release?.ok !== true) {
    const why = [director, release].flatMap((one) => (one?.ok === false ? [one.why] : []));
    return { ok: false, why: `nothing may be installed without trusted roots: ${why.join('; ')}` };
  }
  const name = createHash('sha256').update(`${director.text}\0${release.text}`).digest('hex');
  const folder = join(state, 'trust');
  await forgetOthers(folder, name);
  const store = createTrustStore(join(folder, name));
  const { state: known } = await store.load();
  return { ok: true, value: { state: known ?? freshTrust(director.text, release.text), store } };
}

async function forgetOthers(folder: string, name: string): Promise<void> {
  const names = await readdir(folder).catch(() => []);
  for (const one of names) {
    if (one !== name) await rm(join(folder, one), { recursive: true, force: true });
  }
}
