/** Which files of a release are for a device: those of its architecture, and those for all. */
import {
  ARCHITECTURES,
  type Architecture,
  type ReleaseFile,
  type ReleaseManifest,
} from '../../../protocol/release.ts';

export type Fit = 'fits' | 'wrong-architecture' | 'architecture-unknown';

/** As kernels, Node and Debian call them. */
const NAMES: Readonly<Record<string, Architecture>> = {
  ...{ x64: 'amd64', x86_64: 'amd64', amd64: 'amd64' },
  ...{ arm64: 'arm64', aarch64: 'arm64' },
  ...{ arm: 'armhf', armhf: 'armhf', armv6l: 'armhf', armv7l: 'armhf' },
};

/** By the facts that a device tells; `undefined` while it has told none. */
export function architectureOf(facts: ReadonlyMap<string, string>): Architecture | undefined {
  const told = facts.get('arch');
  // Another machine than those with files of their own takes what is for all.
  return told === undefined ? undefined : (NAMES[told] ?? 'all');
}

export function fitOf(
  { files }: Pick<ReleaseManifest, 'files'>,
  architecture: Architecture | undefined,
): Fit {
  if (architecture !== undefined)
    return filesFor(files, architecture).length > 0 ? 'fits' : 'wrong-architecture';
  return oneArchitecture(files) === undefined ? 'architecture-unknown' : 'fits';
}

/** Empty when there are none, or when nobody can say which. */
export function assignedFiles(
  { files }: Pick<ReleaseManifest, 'files'>,
  architecture: Architecture | undefined,
): readonly ReleaseFile[] {
  const known = architecture ?? oneArchitecture(files);
  return known === undefined ? [] : filesFor(files, known);
}

function filesFor(files: readonly ReleaseFile[], architecture: Architecture) {
  return files.filter((one) => one.architecture === architecture || one.architecture === 'all');
}

/** The only one that the release has files of its own for; `all` when it has none. */
function oneArchitecture(files: readonly ReleaseFile[]): Architecture | undefined {
  const own = ARCHITECTURES.filter(
    (name) => name !== 'all' && files.some((file) => file.architecture === name),
  );
  return own.length > 1 ? undefined : (own[0] ?? 'all');
}
