/** A release repository as it is served. */
import { createReadStream } from 'node:fs';
import { stat } from 'node:fs/promises';
import { basename, join } from 'node:path';
import { isTargetPath } from '../../../protocol/tuf/paths.ts';
import { listed } from '../../core/releases/catalog.ts';
import { allTargets } from '../../core/releases/delegations.ts';
import { type Draft, textMember } from '../../core/releases/envelope.ts';
import type { ReleaseShelf, ReleaseSource } from '../../ports/releases.ts';
import { keptFile } from '../shelves/whole-file.ts';
import type { ReleaseFolder } from './folder.ts';

const METADATA = /^(?:timestamp|\d{1,16}\.[A-Za-z0-9_-][A-Za-z0-9._-]{0,63})\.json$/;
const HASHED = /^([0-9a-f]{64})\../;

export function openReleaseShelf(folder: ReleaseFolder): ReleaseShelf & ReleaseSource {
  const released = async () => {
    const { published, delegates } = await folder.load();
    return listed(allTargets(published.targets, delegates.published));
  };
  return {
    published: released,
    async stamp() {
      // The last file that is written when something is published, and never written in place.
      const found = await stat(join(folder.path, 'metadata', 'timestamp.json')).catch(absent);
      return found === undefined ? '' : `${found.ino} ${found.size} ${found.mtimeMs}`;
    },
    async expiries() {
      const { published, delegates } = await folder.load();
      const roles: (readonly [string, Draft])[] = [
        ...Object.entries(published),
        ...delegates.published,
      ];
      const known = roles.map(
        ([role, draft]) => [role, Date.parse(textMember(draft, 'expires'))] as const,
      );
      return new Map(known.filter(([, at]) => Number.isFinite(at)));
    },
    async list() {
      return (await released()).map(({ manifest, lifecycle, channels }) => ({
        name: manifest.name,
        version: manifest.version,
        lifecycle,
        channels,
        installer: manifest.installer.kind,
        architectures: [...new Set(manifest.files.map(({ architecture }) => architecture))],
        bytes: manifest.files.reduce((sum, { length }) => sum + length, 0),
        dependencies: manifest.dependencies,
        notes: manifest.notes,
      }));
    },
    metadata: async (file) =>
      METADATA.test(file) ? keptFile(join(folder.path, 'metadata', file)) : undefined,
    async target(path) {
      const [, sha256] = HASHED.exec(basename(path)) ?? [];
      if (sha256 === undefined || !isTargetPath(path)) return undefined;
      const full = join(folder.path, 'targets', path);
      const found = await stat(full).catch(() => undefined);
      if (found === undefined || !found.isFile()) return undefined;
      const open = (from: number, to: number) => createReadStream(full, { start: from, end: to });
      return { bytes: found.size, sha256, open };
    },
  };
}

function absent(error: NodeJS.ErrnoException): undefined {
  if (error.code === 'ENOENT') return undefined;
  throw error;
}
