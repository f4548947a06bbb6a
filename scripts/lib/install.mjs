// `npm ci` when it is needed. Plain JavaScript: it runs on a machine that has nothing but Node.
import { spawnSync } from 'node:child_process';
import { existsSync, readFileSync } from 'node:fs';
import { join } from 'node:path';
import { root } from './root.mjs';

/** @typedef {{ version?: string, optional?: boolean, devOptional?: boolean }} Entry */

/** @param {string} path @returns {Record<string, Entry>} */
function packagesOf(path) {
  /** @type {unknown} */
  const lock = JSON.parse(readFileSync(path, 'utf8'));
  return /** @type {{ packages: Record<string, Entry> }} */ (lock).packages;
}

/**
 * Whether node_modules lacks something that the lock file names, or has it in another version. By
 * content, not by time: a clone's files are all as new as the clone.
 * @param {Record<string, Entry>} wanted @param {Record<string, Entry>} installed
 */
export function differs(wanted, installed) {
  return Object.entries(wanted).some(([path, entry]) => {
    if (path === '') return false;
    const present = installed[path];
    if (present === undefined) return entry.optional !== true && entry.devOptional !== true;
    return present.version !== entry.version;
  });
}

function isNeeded() {
  const installed = join(root, 'node_modules/.package-lock.json');
  if (!existsSync(installed)) return true;
  return differs(packagesOf(join(root, 'package-lock.json')), packagesOf(installed));
}

/** Installs the packages when needed. Throws when npm fails. */
export function installPackages() {
  if (!isNeeded()) return;
  console.log('Installing packages (npm ci) ...');
  const start = performance.now();
  const args = ['ci', '--no-audit', '--no-fund', '--loglevel=error', '--no-progress'];
  const { status, error } = spawnSync('npm', args, {
    cwd: root,
    stdio: ['ignore', 'inherit', 'inherit'],
  });
  if (status !== 0) throw new Error(`npm ci failed: ${error?.message ?? `exit code ${status}`}`);
  console.log(`Installed in ${((performance.now() - start) / 1000).toFixed(0)} s.`);
}
