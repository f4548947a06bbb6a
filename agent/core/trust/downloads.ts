/** Files that were fetched: each against what was signed, and all of them before any is installed. */
import { granted, type Outcome, refused } from '../../../protocol/tuf/attacks.ts';
import type { Installable } from './agree.ts';
import { ARRIVAL_ATTACKS, ARRIVAL_DETAILS, type Arrival } from './trusted.ts';

/** Measured while it was written to the disk, or how the transfer ended. */
export type Fetched =
  | { readonly kind: 'file'; readonly length: number; readonly sha256: string }
  | { readonly kind: Exclude<Arrival['kind'], 'bytes'> };

export function checkFetched(
  { file }: Installable,
  fetched: Fetched,
  others: readonly Installable[],
): Outcome<true> {
  if (fetched.kind !== 'file') {
    return refused(ARRIVAL_ATTACKS[fetched.kind], file.path, ARRIVAL_DETAILS[fetched.kind]);
  }
  if (fetched.length > file.length) {
    return refused(
      'endless-data',
      file.path,
      `more than the ${file.length} bytes that were signed`,
    );
  }
  if (fetched.sha256 === file.sha256 && fetched.length === file.length) return granted(true);
  const other = others.find((one) => one.file.sha256 === fetched.sha256);
  if (other !== undefined) {
    return refused('wrong-target', file.path, `the server sent ${other.file.path} instead`);
  }
  return fetched.length < file.length
    ? refused('malicious-mirror', file.path, `${fetched.length} bytes of ${file.length} came`)
    : refused('arbitrary-software', file.path, 'its SHA-256 is not the one that was signed');
}

/** One refused or missing file, and nothing of the bundle is installed. */
export function checkAllFetched(
  installables: readonly Installable[],
  fetched: ReadonlyMap<string, Fetched>,
): Outcome<true> {
  for (const one of installables) {
    const got = fetched.get(one.file.path);
    if (got === undefined) {
      return refused('partial-bundle', one.file.path, 'the rest of the bundle is there, it is not');
    }
    const checked = checkFetched(one, got, installables);
    if (!checked.ok) return checked;
  }
  return granted(true);
}
