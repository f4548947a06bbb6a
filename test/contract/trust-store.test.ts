/** The store of trusted metadata: what it gives back, and what it does with damage and a full disk. */
import { mkdir, readdir, readFile, stat, writeFile } from 'node:fs/promises';
import { join } from 'node:path';
import { expect, it } from 'vitest';
import type { TrustState } from '../../agent/core/trust/trusted.ts';
import { createTrustStore } from '../../agent/io/trust-store.ts';
import type { TrustStore } from '../../agent/ports/trust.ts';
import { tempFolder } from '../support/temp-folder.ts';

function stateOf(name: string): TrustState {
  const set = {
    root: `root "${name}"\n`,
    timestamp: name,
    snapshot: name,
    roles: { targets: name },
  };
  return { director: set, release: { root: name, roles: {} }, signedTime: 5 };
}

/** In memory, by the same contract. */
function memoryStore(): TrustStore {
  let kept: string | undefined;
  return {
    load: async () => {
      const state = kept === undefined ? undefined : (JSON.parse(kept) as TrustState);
      return Promise.resolve({ state, damaged: false });
    },
    save: async (state) => {
      kept = JSON.stringify(state);
      return Promise.resolve();
    },
  };
}

const kinds: readonly (readonly [string, (path: string) => TrustStore])[] = [
  ['file', createTrustStore],
  ['memory', memoryStore],
];

it.each(kinds)('%s: gives back what was kept last, byte for byte', async (_name, make) => {
  await using folder = await tempFolder('trust');
  const store = make(join(folder.path, 'a', 'b'));
  expect(await store.load()).toEqual({ state: undefined, damaged: false });
  await Promise.all(['one', 'two', 'three'].map((name) => store.save(stateOf(name))));
  expect(await store.load()).toEqual({ state: stateOf('three'), damaged: false });
});

it('sets a damaged file aside and says so, wherever the damage is', async () => {
  await using folder = await tempFolder('trust');
  const store = createTrustStore(folder.path);
  const path = join(folder.path, 'trust');
  await store.save(stateOf('one'));
  const whole = await readFile(path);
  expect((await stat(path)).mode & 0o777).toBe(0o600);
  for (let at = 0; at < whole.length; at += 7) {
    const bent = Buffer.from(whole);
    bent.writeUInt8((bent[at] ?? 0) ^ 1, at);
    await writeFile(path, bent);
    expect(await store.load()).toEqual({ state: undefined, damaged: true });
    await writeFile(path, whole.subarray(0, at));
    expect(await store.load()).toEqual({ state: undefined, damaged: true });
  }
  expect(await readdir(folder.path)).toEqual(['trust.damaged']);
  expect(await store.load()).toEqual({ state: undefined, damaged: false });
});

it('keeps the old set when the new one cannot be written', async () => {
  await using folder = await tempFolder('trust');
  const store = createTrustStore(folder.path);
  await store.save(stateOf('old'));
  // A folder where the draft should go: the write fails as it does on a broken disk.
  await mkdir(join(folder.path, 'trust.new'));
  await expect(store.save(stateOf('new'))).rejects.toThrow();
  expect(await store.load()).toEqual({ state: stateOf('old'), damaged: false });
});
