/** What belongs together comes together: a release's files, and what releases depend on. */

import type { Architecture, ReleaseManifest } from '../../../protocol/release.ts';
import { granted, type Outcome, refused } from '../../../protocol/tuf/attacks.ts';
import type { Installable } from './agree.ts';

export interface BundleTerms {
  readonly architecture: Architecture;
  /** Versions by package name, as they are on the device. */
  readonly versions: ReadonlyMap<string, string>;
  /** Packages that this device may have by its own file; what they depend on comes with them. */
  readonly accepts: (name: string) => boolean;
  /** Semver's. */
  readonly satisfies: (version: string, range: string) => boolean;
}

export function checkBundle(
  installables: readonly Installable[],
  terms: BundleTerms,
): Outcome<true> {
  const releases = new Map<string, ReleaseManifest>();
  for (const { manifest, file } of installables) {
    const other = releases.get(manifest.name);
    if (other !== undefined && other.version !== manifest.version) {
      const detail = `${other.version} of ${manifest.name} is assigned too`;
      return refused('mix-and-match', file.path, detail);
    }
    releases.set(manifest.name, manifest);
  }
  const paths = new Set(installables.map(({ file }) => file.path));
  for (const manifest of releases.values()) {
    const missing = ofMachine(manifest, terms.architecture).find(({ path }) => !paths.has(path));
    if (missing !== undefined) {
      return refused('partial-bundle', missing.path, 'its release is assigned without it');
    }
    const bad = unmet(manifest, releases, terms);
    if (bad !== undefined) return refused('bad-dependency', manifest.name, bad);
  }
  return extraneous(releases, terms);
}

function ofMachine({ files }: ReleaseManifest, architecture: Architecture) {
  return files.filter((file) => file.architecture === 'all' || file.architecture === architecture);
}

function unmet(
  { dependencies }: ReleaseManifest,
  releases: ReadonlyMap<string, ReleaseManifest>,
  { versions, satisfies }: BundleTerms,
): string | undefined {
  for (const [name, range] of Object.entries(dependencies)) {
    const version = releases.get(name)?.version ?? versions.get(name);
    if (version === undefined) return `it needs ${name} ${range}, and there is none`;
    if (!satisfies(version, range)) return `it needs ${name} ${range}, and there is ${version}`;
  }
  return undefined;
}

/** Nothing comes along that neither the device's own file nor an accepted package asks for. */
function extraneous(
  releases: ReadonlyMap<string, ReleaseManifest>,
  { accepts }: BundleTerms,
): Outcome<true> {
  const wanted = new Set<string>();
  const open = [...releases.keys()].filter(accepts);
  for (let name = open.pop(); name !== undefined; name = open.pop()) {
    if (wanted.has(name)) continue;
    wanted.add(name);
    open.push(...Object.keys(releases.get(name)?.dependencies ?? {}));
  }
  const extra = [...releases.keys()].find((name) => !wanted.has(name));
  if (extra === undefined) return granted(true);
  return refused('bad-dependency', extra, 'nothing that this device may have asks for it');
}
