/** A `Host` of files that a test writes down: path to text, folders implied. */
import type { Host, StatFs } from '../../agent/ports.ts';

export interface MemoryFiles {
  readonly [path: string]: string;
}

export interface MemoryHostOptions {
  readonly links?: MemoryFiles;
  readonly statfs?: (path: string) => Promise<StatFs | 'pending'>;
  readonly modifiedMs?: number;
}

export function memoryHost(files: MemoryFiles, options: MemoryHostOptions = {}): Host {
  const has = (path: string) => Object.hasOwn(files, path);
  const inside = (folder: string) =>
    [...Object.keys(files), ...Object.keys(options.links ?? {})]
      .filter((path) => path.startsWith(`${folder}/`))
      .map((path) => path.slice(folder.length + 1).split('/')[0] ?? '');
  return {
    readNow: (path) => (has(path) ? files[path] : undefined),
    read: (path) => Promise.resolve(has(path) ? files[path] : undefined),
    list: (path) => Promise.resolve([...new Set(inside(path))].sort()),
    link: (path) => Promise.resolve(options.links?.[path]),
    stat: (path) =>
      Promise.resolve(
        has(path) || inside(path).length > 0
          ? {
              bytes: Buffer.byteLength(files[path] ?? ''),
              modifiedMs: options.modifiedMs ?? 0,
            }
          : undefined,
      ),
    statfs: options.statfs ?? (() => Promise.reject(new Error('no statfs here'))),
  };
}
