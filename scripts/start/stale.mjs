// Whether dist/ lacks something or is older than what it is built from.
import { existsSync, readdirSync, statSync } from 'node:fs';
import { join } from 'node:path';
import { root } from '../lib/root.mjs';

const BUILT = ['agent/main.js', 'collector/main.js', 'muster/main.js', 'collector/web/index.html'];
const SOURCES = [
  'agent',
  'collector',
  'protocol',
  'scripts/build',
  'scripts/build.ts',
  'package-lock.json',
];

/** @param {string} path @returns {number} */
function newest(path) {
  const stat = statSync(path, { throwIfNoEntry: false });
  if (stat === undefined) return 0;
  if (!stat.isDirectory()) return stat.mtimeMs;
  return readdirSync(path).reduce((time, name) => Math.max(time, newest(join(path, name))), 0);
}

export function isStale() {
  const built = BUILT.map((path) => join(root, 'dist', path));
  if (!built.every((path) => existsSync(path))) return true;
  const oldest = Math.min(...built.map((path) => statSync(path).mtimeMs));
  return SOURCES.some((path) => newest(join(root, path)) > oldest);
}
