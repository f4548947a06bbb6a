/** Releases for tests: an archive and a file that need each other, in two versions. */
import { createHash } from 'node:crypto';
import { tarEnd, tarHeader, tarPadding } from '../../../agent/core/tar.ts';
import type { ReleaseManifest } from '../../../protocol/release.ts';

export const sum = (bytes: Uint8Array) => createHash('sha256').update(bytes).digest('hex');

export interface TarFile {
  readonly path: string;
  readonly text: string;
  readonly mode?: number;
}

export function tarOf(files: readonly TarFile[]): Uint8Array {
  const parts = files.flatMap(({ path, text, mode = 0o644 }) => {
    const bytes = Buffer.from(text);
    const of = { mode, uid: 0, gid: 0, modifiedMs: 0 };
    const entry = { path: Buffer.from(path), kind: 'file', bytes: bytes.length, ...of } as const;
    return [tarHeader(entry), bytes, tarPadding(bytes.length)];
  });
  return Buffer.concat([...parts, tarEnd()]);
}

/** Regular files of an archive of `tarOf`. */
export function untarred(
  tar: Uint8Array,
): readonly { readonly path: string; readonly bytes: Uint8Array }[] {
  const files: { path: string; bytes: Uint8Array }[] = [];
  for (let at = 0; tar[at] !== undefined && tar[at] !== 0; ) {
    const text = (from: number, to: number) =>
      Buffer.from(tar.subarray(at + from, at + to))
        .toString('latin1')
        .split('\0', 1)[0] ?? '';
    const length = Number.parseInt(text(124, 136), 8);
    const [begin, path] = [at + 512, text(0, 100)];
    files.push({ path, bytes: tar.subarray(begin, begin + length) });
    at = begin + Math.ceil(length / 512) * 512;
  }
  return files;
}

export interface Made {
  readonly manifest: ReleaseManifest;
  readonly bytes: Uint8Array;
  /** Deltas, for a server. */
  readonly extra?: readonly { readonly path: string; readonly bytes: Uint8Array }[];
}

export function madeOf(
  name: string,
  version: string,
  installer: ReleaseManifest['installer'],
  bytes: Uint8Array,
  more: Partial<ReleaseManifest> = {},
): Made {
  const path = `${name}/${version}/${name}`;
  const file = { path, architecture: 'all', length: bytes.length, sha256: sum(bytes) } as const;
  const manifest: ReleaseManifest = {
    ...{ format: 1, name, version, installer, files: [file], deltas: [], dependencies: {} },
    ...{ probe: { windowMs: 0 }, notes: '', ...more },
  };
  return { manifest, bytes };
}

/** What the files of `web` say in a version: two of them, so that a mixture would show. */
export function webFiles(version: string): readonly TarFile[] {
  return [
    { path: 'bin/web', text: `web ${version}\n`, mode: 0o755 },
    { path: 'share/page', text: `page ${version}\n`.repeat(200) },
  ];
}

export function rulesText(version: string): string {
  return `rules ${version}\n`.repeat(50);
}

/** `web` (archive) and `rules` (file) need each other's major version. */
export function pairOf(version: string, root: string): readonly Made[] {
  const range = `^${version}`;
  const web = { kind: 'archive', options: { path: `${root}/web`, keep: 2 } } as const;
  const rules = { kind: 'file', options: { path: `${root}/etc/rules` } } as const;
  return [
    madeOf('web', version, web, tarOf(webFiles(version)), { dependencies: { rules: range } }),
    madeOf('rules', version, rules, Buffer.from(rulesText(version)), {
      dependencies: { web: range },
    }),
  ];
}
