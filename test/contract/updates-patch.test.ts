/** Files made out of deltas, on a real disk: plain or compressed ones, bombs, damage. */
import { randomBytes } from 'node:crypto';
import { readdir, readFile, writeFile } from 'node:fs/promises';
import { join } from 'node:path';
import { gzipSync } from 'node:zlib';
import { expect, it } from 'vitest';
import { createDisk } from '../../agent/io/updates/disk.ts';
import { openStaging } from '../../agent/io/updates/staging.ts';
import { deltaHead, encodeDelta, insertHead } from '../../protocol/delta/encode.ts';
import { EMPTY_SHA256, longestDelta } from '../../protocol/delta/format.ts';
import { tempFolder } from '../support/temp-folder.ts';
import { sum } from '../support/updates/releases.ts';

const old = randomBytes(200_000);
const fresh = Buffer.concat([old.subarray(50_000), randomBytes(3_000), old.subarray(0, 50_000)]);

async function world() {
  const folder = await tempFolder('patch');
  const staging = await openStaging(folder.path, createDisk());
  const put = async (bytes: Uint8Array) => {
    await writeFile(staging.pathOf(sum(bytes)), bytes);
    return sum(bytes);
  };
  const from = await put(old);
  const to = { sha256: sum(fresh), length: fresh.length };
  return { folder, staging, put, from, to, [Symbol.asyncDispose]: folder[Symbol.asyncDispose] };
}

it('makes the file of a plain delta, of a compressed one, and of one from nothing', async () => {
  for (const delta of [
    { of: (from: string) => from, bytes: encodeDelta(old, fresh) },
    { of: (from: string) => from, bytes: gzipSync(encodeDelta(old, fresh)) },
    { of: () => EMPTY_SHA256, bytes: gzipSync(encodeDelta(new Uint8Array(), fresh)) },
  ]) {
    await using it = await world();
    await it.staging.patch(delta.of(it.from), await it.put(delta.bytes), it.to);
    expect(fresh.equals(await readFile(it.staging.pathOf(it.to.sha256)))).toBe(true);
    expect(await it.staging.verify(it.to)).toBe(true);
  }
});

it('refuses what is not that delta, and leaves nothing of it', async () => {
  const honest = encodeDelta(old, fresh);
  const bomb = Buffer.alloc(64 * 1024 * 1024);
  const head = deltaHead(old.length, fresh.length);
  const cases: readonly (readonly [Uint8Array, RegExp])[] = [
    [gzipSync(Buffer.concat([head, insertHead(bomb.length), bomb])), /more bytes than it says/],
    [gzipSync(Buffer.concat([honest, bomb])), /refused|longer than the file/],
    [gzipSync(honest).subarray(0, -20), /unexpected end/],
    [gzipSync(honest.subarray(0, -20)), /cut off/],
    [encodeDelta(old, randomBytes(fresh.length)), /another file than is signed/],
    [gzipSync(encodeDelta(old.subarray(1), fresh)), /for another old file/],
    [randomBytes(100), /begin like a delta/],
  ];
  for (const [bytes, why] of cases) {
    await using it = await world();
    const delta = await it.put(bytes);
    await expect(it.staging.patch(it.from, delta, it.to)).rejects.toThrow(why);
    const left = (await readdir(it.folder.path)).sort();
    expect(left).toEqual([delta, it.from].sort());
  }
});

it('is not deceived by an old file that was changed', async () => {
  await using it = await world();
  const delta = await it.put(gzipSync(encodeDelta(old, fresh)));
  await writeFile(join(it.folder.path, it.from), Buffer.alloc(old.length));
  await expect(it.staging.patch(it.from, delta, it.to)).rejects.toThrow('another file');
});

it('bounds what a delta may inflate to by the longest honest one', () => {
  for (const length of [0, 1, 23, 24, 25, 5_000, 70_000]) {
    // Every other byte block is old: the most heads that an encoder can write.
    const pieces = Array.from({ length: Math.ceil(length / 25) }, (_, at) =>
      Buffer.concat([old.subarray(at * 40, at * 40 + 24), Buffer.of(at & 255)]),
    );
    const worst = Buffer.concat([Buffer.alloc(0), ...pieces]).subarray(0, length);
    expect(encodeDelta(old, worst).length).toBeLessThanOrEqual(longestDelta(length));
  }
});
