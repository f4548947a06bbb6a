/** A file may be installed only when the director and the release repository say the same of it. */

import type { Architecture, ReleaseFile, ReleaseManifest } from '../../../protocol/release.ts';
import { granted, type Outcome, refused } from '../../../protocol/tuf/attacks.ts';
import { readManifest } from '../../../protocol/tuf/manifest.ts';
import type { TargetFile } from '../../../protocol/tuf/metadata.ts';
import { hashedPath } from '../../../protocol/tuf/paths.ts';
import type { Assignment } from './assignment.ts';

export interface Installable {
  readonly manifest: ReleaseManifest;
  readonly file: ReleaseFile;
  /** Where its bytes are, below the release repository's `targets/`. */
  readonly location: string;
  /** The director's decision, kept with what is installed. */
  readonly assignment: number;
}

export function agreed(
  assignment: Assignment,
  released: TargetFile | undefined,
  architecture: Architecture,
): Outcome<Installable> {
  const { path, file: assigned } = assignment;
  if (released === undefined) {
    return refused('arbitrary-software', path, 'the release repository does not know it');
  }
  const differs = difference(assigned, released);
  if (differs !== undefined) return refused('mix-and-match', path, differs);
  const manifest = readManifest(released.custom);
  if ('problem' in manifest) {
    return refused('wrong-target', path, `it is no release: ${manifest.problem}`);
  }
  const file = manifest.files.find((one) => one.path === path);
  const wrong = unfit(manifest, file, path, released, architecture);
  if (wrong !== undefined || file === undefined) {
    return refused('wrong-target', path, wrong ?? 'its release does not list it');
  }
  const location = hashedPath(path, file.sha256);
  return granted({ manifest, file, location, assignment: assignment.version });
}

function difference(director: TargetFile, release: TargetFile): string | undefined {
  if (director.length !== release.length) {
    return `the director says ${director.length} bytes, the release ${release.length}`;
  }
  if (!director.hashes.has('sha256')) return 'the director names no SHA-256';
  for (const [algorithm, hash] of director.hashes) {
    if (release.hashes.get(algorithm) !== hash) return `the two differ in the ${algorithm}`;
  }
  return undefined;
}

function unfit(
  manifest: ReleaseManifest,
  file: ReleaseFile | undefined,
  path: string,
  released: TargetFile,
  architecture: Architecture,
): string | undefined {
  const { name, version } = manifest;
  if (file === undefined) return `release ${name} ${version} does not list it`;
  if (!path.startsWith(`${name}/${version}/`)) return `it is not of ${name} ${version}`;
  if (file.length !== released.length || file.sha256 !== released.hashes.get('sha256')) {
    return 'its release lists it with another length or hash';
  }
  if (file.architecture !== 'all' && file.architecture !== architecture) {
    return `it is for ${file.architecture}, this is ${architecture}`;
  }
  return undefined;
}
