// node scripts/fill-lock.mjs: completes package-lock.json for other platforms. npm leaves out
// optional packages that the registry did not have when the lock was written (a partial mirror),
// and then `npm ci` refuses the lock on every machine. Name and version are enough for it; npm
// adds what is missing when it first sees the package. test/unit/tooling/lock.test.ts asks for it.
import { readFileSync, writeFileSync } from 'node:fs';
import { join } from 'node:path';
import { fileURLToPath } from 'node:url';
import { root } from './lib/root.mjs';

/**
 * @typedef {{ version?: string, dev?: boolean, optional?: boolean, cpu?: string[], os?: string[],
 *   libc?: string[], optionalDependencies?: Record<string, string> }} Entry
 * @typedef {Record<string, Entry>} Packages
 */

const LIBC = /musl/;
const GNU = /gnu/;

/** `@x/binding-linux-arm-musleabihf` -> os, cpu and C library, as such packages are named.
 * @param {string} name @returns {Entry} */
function platform(name) {
  const pattern =
    /(?:^|[-/])(aix|android|darwin|freebsd|linux|netbsd|openbsd|openharmony|sunos|win32)-([a-z0-9]+)/;
  const [, os, cpu] = pattern.exec(name) ?? [];
  if (os === undefined || cpu === undefined) throw new Error(`${name} names no platform`);
  const libc = LIBC.test(name) ? ['musl'] : GNU.test(name) ? ['glibc'] : undefined;
  return { cpu: [cpu], os: [os], ...(libc === undefined ? {} : { libc }) };
}

/** Optional packages that an entry asks for and the lock does not hold, wherever npm may put them.
 * @param {Packages} packages @returns {{ name: string, version: string, dev: boolean }[]} */
export function missing(packages) {
  return Object.entries(packages).flatMap(([path, entry]) =>
    Object.entries(entry.optionalDependencies ?? {})
      .filter(
        ([name]) =>
          !(`node_modules/${name}` in packages || `${path}/node_modules/${name}` in packages),
      )
      .map(([name, version]) => ({ name, version, dev: entry.dev === true })),
  );
}

/** @param {Packages} packages @returns {Packages} */
export function filled(packages) {
  const added = missing(packages)
    .filter(({ version }) => /^\d/.test(version))
    .map(({ name, version, dev }) => [
      `node_modules/${name}`,
      { version, ...(dev ? { dev } : {}), optional: true, ...platform(name) },
    ]);
  const all = { ...packages, .../** @type {Packages} */ (Object.fromEntries(added)) };
  return Object.fromEntries(Object.entries(all).sort(([a], [b]) => (a < b ? -1 : 1)));
}

if (process.argv[1] === fileURLToPath(import.meta.url)) {
  const path = join(root, 'package-lock.json');
  /** @type {unknown} */
  const text = JSON.parse(readFileSync(path, 'utf8'));
  const lock = /** @type {{ packages: Packages }} */ (text);
  const names = missing(lock.packages).map(({ name, version }) => `${name}@${version}`);
  writeFileSync(path, `${JSON.stringify({ ...lock, packages: filled(lock.packages) }, null, 2)}\n`);
  console.log(names.length === 0 ? 'complete' : `added:\n  ${names.join('\n  ')}`);
}
