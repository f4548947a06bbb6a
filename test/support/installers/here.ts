/** This machine, for installers under test: real disk, real programs, units as told. */
import { createHash } from 'node:crypto';
import { readFile } from 'node:fs/promises';
import type { InstallContext, Version } from '../../../agent/installers/installer.ts';
import { createRunner } from '../../../agent/io/runner.ts';
import { createDisk } from '../../../agent/io/updates/disk.ts';
import type { Machine } from '../../../agent/ports/updates.ts';
import type { ReleaseHooks, ReleaseManifest } from '../../../protocol/release.ts';

export interface Here extends InstallContext {
  readonly printed: string[];
  readonly restarted: string[];
}

export function here(machine: Partial<Machine> = {}, killAfterMs = 200): Here {
  const printed: string[] = [];
  const restarted: string[] = [];
  return {
    ...{ disk: createDisk(), runner: createRunner({ killAfterMs }), printed, restarted },
    signal: new AbortController().signal,
    print: (line) => printed.push(line),
    machine: {
      ...{ architecture: 'amd64', boot: 'boot', isRoot: process.geteuid?.() === 0 },
      ...{ hasSystemd: false, ...machine },
    },
    units: {
      restart: (unit) => Promise.resolve(void restarted.push(unit)),
      state: () => Promise.resolve({ isActive: true, pid: 1 }),
    },
  };
}

export async function versionAt(
  path: string,
  {
    version,
    installer,
    hooks,
  }: Pick<ReleaseManifest, 'version' | 'installer'> & {
    readonly hooks?: ReleaseHooks;
  },
): Promise<Version> {
  const bytes = await readFile(path);
  const sha256 = createHash('sha256').update(bytes).digest('hex');
  const file = { path: 'file', architecture: 'all', length: bytes.length, sha256 } as const;
  const manifest: ReleaseManifest = {
    ...{ format: 1, name: 'web', version, installer, files: [file], deltas: [], dependencies: {} },
    ...{ notes: '', ...(hooks === undefined ? {} : { hooks }) },
  };
  return { manifest, file, path };
}
