/** Backups of devices: `<folder>/<device>/<name>/<file>`, the newest few of each name. */
import { readdir, rm, stat } from 'node:fs/promises';
import { join } from 'node:path';
import { isId } from '../../../protocol/ids.ts';
import {
  type BackupEntry,
  type BackupPlace,
  type BackupShelf,
  ShelfError,
} from '../../ports/shelves.ts';
import { DRAFT, keptFile, writeWhole } from './whole-file.ts';

export interface BackupLimits {
  readonly maxBytes: number;
  /** Of one device and name. */
  readonly keep: number;
}

/** A time and an ending, so that the order of names is that of time. */
const FILE = /^[0-9A-Za-z][0-9A-Za-z._-]{0,127}$/;

export function openBackups(folder: string, limits: () => BackupLimits): BackupShelf {
  const pathOf = (place: BackupPlace) => {
    const { device, name, file } = place;
    if (!isId(device) || !isId(name) || !FILE.test(file)) {
      throw new ShelfError('bad-name', JSON.stringify(`${device}/${name}/${file}`));
    }
    return join(folder, device, name, file);
  };

  async function ofName(device: string, name: string): Promise<BackupEntry[]> {
    const files = (await names(join(folder, device, name))).filter((file) => FILE.test(file));
    const entries = await Promise.all(
      files.map(async (file): Promise<BackupEntry | undefined> => {
        const found = await stat(join(folder, device, name, file)).catch(() => undefined);
        if (found === undefined || !found.isFile()) return undefined;
        return { device, name, file, bytes: found.size, modifiedAt: Math.round(found.mtimeMs) };
      }),
    );
    return entries.filter((one) => one !== undefined).sort(newestFirst);
  }

  async function dropOld({ device, name }: BackupPlace): Promise<void> {
    for (const { file } of (await ofName(device, name)).slice(limits().keep)) {
      await rm(join(folder, device, name, file), { force: true });
    }
  }

  return {
    async list(only) {
      const devices = only === undefined ? await names(folder) : isId(only) ? [only] : [];
      const found: BackupEntry[] = [];
      for (const device of devices.filter(isId)) {
        for (const name of (await names(join(folder, device))).filter(isId))
          found.push(...(await ofName(device, name)));
      }
      return found.sort(newestFirst);
    },
    get: async (place) => keptFile(pathOf(place)),
    async put(place, content, sha256) {
      const path = pathOf(place);
      const { bytes } = await writeWhole(path, content, limits().maxBytes, (written) => {
        if (sha256 === undefined || written.sha256 === sha256) return;
        throw new ShelfError('bad-digest', `SHA-256 ${written.sha256}, said was ${sha256}`);
      });
      await dropOld(place);
      return { ...place, bytes, modifiedAt: Math.round((await stat(path)).mtimeMs) };
    },
  };
}

async function names(folder: string): Promise<readonly string[]> {
  const all = await readdir(folder).catch(() => []);
  return all.filter((name) => !name.startsWith(DRAFT)).sort();
}

function newestFirst(a: BackupEntry, b: BackupEntry): number {
  return b.modifiedAt - a.modifiedAt || (a.file < b.file ? 1 : -1);
}
