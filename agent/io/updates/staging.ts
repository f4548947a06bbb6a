/** Verified files of releases below one folder, by hash: `Staging` of `ports/updates.ts`. */

import { readdir, rm, stat } from 'node:fs/promises';
import { join } from 'node:path';
import { EMPTY_SHA256 } from '../../../protocol/delta/format.ts';
import type { Disk, Staging } from '../../ports/updates.ts';
import { Folders, renameDurably, syncPath, unlessMissing } from './durable.ts';
import { applyDelta } from './patching.ts';

const NAME = /^[0-9a-f]{64}$/;

export async function openStaging(folder: string, disk: Disk): Promise<Staging> {
  await new Folders().make(folder, 0o700);
  const pathOf = (sha256: string) => join(folder, sha256);
  const size = async (path: string) => (await stat(path).catch(unlessMissing))?.size;
  const verify: Staging['verify'] = async ({ sha256, length }) => {
    const path = pathOf(sha256);
    if ((await size(path)) !== length || (await disk.hash(path)) !== sha256) return false;
    // An earlier life may have given it its name and been cut before the sync.
    await syncPath(folder);
    return true;
  };
  const remove = async (sha256: string) => {
    for (const end of ['', '.part', '.part.json', '.made']) {
      await rm(`${pathOf(sha256)}${end}`, { force: true });
    }
  };
  return {
    pathOf,
    verify,
    remove,
    async held(sha256) {
      return (await size(pathOf(sha256))) ?? (await size(`${pathOf(sha256)}.part`)) ?? 0;
    },
    async whole() {
      return new Set((await readdir(folder)).filter((name) => NAME.test(name)));
    },
    async patch(from, delta, to) {
      const made = `${pathOf(to.sha256)}.made`;
      const old = from === EMPTY_SHA256 ? undefined : pathOf(from);
      try {
        await applyDelta({ from: old, delta: pathOf(delta), made, length: to.length });
        if ((await disk.hash(made)) !== to.sha256) {
          throw new Error('the delta makes another file than is signed');
        }
        await renameDurably(made, pathOf(to.sha256));
      } catch (error) {
        await rm(made, { force: true });
        throw error;
      }
    },
    async prune(keep) {
      const names = await readdir(folder);
      const whole = new Set(names.filter((name) => NAME.test(name)));
      for (const name of names) {
        const sha256 = name.slice(0, 64);
        // Beside a whole file nothing is of use; of one that is being fetched what can be gone on with.
        const isPart = /\.part(\.json)?$/.test(name) && !whole.has(sha256);
        if (keep.has(sha256) && (name === sha256 || isPart)) continue;
        await rm(join(folder, name), { force: true });
      }
      await syncPath(folder);
    },
  };
}
