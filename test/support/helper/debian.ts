/** Small Debian packages made with dpkg-deb, and what dpkg says of them. */
import { spawnSync } from 'node:child_process';
import { chmod, mkdir, readFile, rm, writeFile } from 'node:fs/promises';
import { dirname, join } from 'node:path';
import { setTimeout as pause } from 'node:timers/promises';
import type { Made } from '../updates/releases.ts';
import { madeOf } from '../updates/releases.ts';

export interface Spec {
  /** Begins with `muster-test-`. */
  readonly name: string;
  /** Of Debian; `<version>.0` is the release's. */
  readonly version: string;
  readonly files?: Readonly<Record<string, string>>;
  readonly conffiles?: readonly string[];
  /** preinst, postinst, prerm, postrm: what comes after `#!/bin/sh`. */
  readonly scripts?: Readonly<Record<string, string>>;
  readonly options?: Readonly<Record<string, string | boolean>>;
}

/** A release of it; the file is left at `<folder>/<name>_<version>.deb`. */
export async function debOf(folder: string, spec: Spec): Promise<Made & { readonly path: string }> {
  const { name, version, files = {}, conffiles = [], scripts = {}, options = {} } = spec;
  const tree = join(folder, `${name}-${version}`);
  await rm(tree, { recursive: true, force: true });
  const put = async (path: string, text: string, mode = 0o644) => {
    const whole = join(tree, path);
    await mkdir(dirname(whole), { recursive: true, mode: 0o755 });
    await writeFile(whole, text);
    await chmod(whole, mode);
  };
  const control = { Package: name, Version: version, Architecture: 'all' };
  const more = { Maintainer: 'Nobody <nobody@example.com>', Description: 'a test of muster' };
  const lines = Object.entries({ ...control, ...more }).map(([key, value]) => `${key}: ${value}\n`);
  await put('DEBIAN/control', lines.join(''));
  if (conffiles.length > 0) await put('DEBIAN/conffiles', `${conffiles.join('\n')}\n`);
  for (const [path, text] of Object.entries(files)) await put(path, text);
  for (const [script, text] of Object.entries(scripts)) {
    await put(`DEBIAN/${script}`, `#!/bin/sh\n${text}\n`, 0o755);
  }
  const path = join(folder, `${name}_${version}.deb`);
  const args = ['-Znone', '--root-owner-group', '--build', tree, path];
  const { status, stderr } = spawnSync('dpkg-deb', args, { encoding: 'utf8' });
  if (status !== 0) throw new Error(stderr);
  const installer = { kind: 'deb', options: { package: name, ...options } } as const;
  return { ...madeOf(name, `${version}.0`, installer, await readFile(path)), path };
}

/** `installed 1.0`, `half-configured 2.0`; empty when dpkg does not know it. */
export function statusOf(name: string): string {
  // biome-ignore lint/suspicious/noTemplateCurlyInString: dpkg-query's own format
  const format = '--showformat=${db:Status-Status} ${Version}';
  const { status, stdout } = spawnSync('dpkg-query', ['--show', format, name], {
    encoding: 'utf8',
  });
  return status === 0 ? stdout.trim() : '';
}

/** As a person would do it; waits while other programs have dpkg. */
export async function dpkg(...args: readonly string[]): Promise<void> {
  for (;;) {
    const { status, stderr } = spawnSync('dpkg', [...args], { encoding: 'utf8' });
    if (status === 0) return;
    if (!stderr.includes('locked by another process')) throw new Error(stderr);
    await pause(200);
  }
}

export async function purge(...names: readonly string[]): Promise<void> {
  const known = names.filter((name) => statusOf(name) !== '');
  const force = ['--force-remove-reinstreq', '--force-depends'];
  if (known.length > 0) await dpkg(...force, '--purge', ...known);
}
