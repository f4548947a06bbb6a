/** Paths of targets, and the patterns that delegations give away. */
import { createHash } from 'node:crypto';
import type { Delegation } from './metadata.ts';

const SEGMENT = /^[A-Za-z0-9_+~@=,-][A-Za-z0-9._+~@=, -]{0,199}$/;
const PATTERN = /^[A-Za-z0-9._+~@=, /*?-]{1,400}$/;

/** Relative, of plain names: no `..`, nothing hidden, nothing that a URL or a shell reads otherwise. */
export function isTargetPath(path: string): boolean {
  return path.length <= 400 && path.split('/').every((segment) => SEGMENT.test(segment));
}

export function isPattern(pattern: string): boolean {
  return PATTERN.test(pattern);
}

/** Where a target's bytes are when snapshots are consistent: `a/b/<sha256>.c`. */
export function hashedPath(path: string, hash: string): string {
  const slash = path.lastIndexOf('/') + 1;
  return `${path.slice(0, slash)}${hash}.${path.slice(slash)}`;
}

export function isDelegated({ paths, pathHashPrefixes }: Delegation, path: string): boolean {
  if (paths.some((pattern) => matches(pattern, path))) return true;
  if (pathHashPrefixes.length === 0) return false;
  const hash = createHash('sha256').update(path).digest('hex');
  return pathHashPrefixes.some((prefix) => hash.startsWith(prefix));
}

/** `*` and `?` as in a shell: neither crosses a `/`. */
export function matches(pattern: string, path: string): boolean {
  const wanted = pattern.split('/');
  const given = path.split('/');
  return (
    wanted.length === given.length && wanted.every((part, at) => fits(part, given[at] as string))
  );
}

/** Goes back to the last `*` alone, so that no pattern takes more than product of the lengths. */
function fits(pattern: string, name: string): boolean {
  let p = 0;
  let star = -1;
  let resumed = 0;
  for (let n = 0; n < name.length; ) {
    if (pattern[p] === '*') {
      star = p;
      resumed = n;
      p += 1;
    } else if (p < pattern.length && (pattern[p] === '?' || pattern[p] === name[n])) {
      p += 1;
      n += 1;
    } else if (star >= 0) {
      p = star + 1;
      resumed += 1;
      n = resumed;
    } else return false;
  }
  while (pattern[p] === '*') p += 1;
  return p === pattern.length;
}
