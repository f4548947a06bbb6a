/** The releases in targets metadata: to list, to look for, to change. */
import semver from 'semver';
import type { ReleaseManifest } from '../../../protocol/release.ts';
import type { Json, JsonObject } from '../../../protocol/tuf/json.ts';
import type { Lifecycle } from '../../../protocol/tuf/manifest.ts';
import { readManifest } from '../../../protocol/tuf/manifest.ts';
import type { TargetEntry } from './compose.ts';

export type TargetMap = Readonly<Record<string, TargetEntry>>;

/** A release as it stands in `custom`: the manifest, and beside it what may change later. */
export interface Listed {
  readonly manifest: ReleaseManifest;
  readonly lifecycle: Lifecycle;
  readonly channels: readonly string[];
}

export function targetsOf(signed: JsonObject | undefined): TargetMap {
  return (signed?.['targets'] ?? {}) as unknown as TargetMap;
}

export function keyOf({
  name,
  version,
}: {
  readonly name: string;
  readonly version: string;
}): string {
  return `${name}/${version}`;
}

/** By name, then the newest version first. */
export function listed(targets: TargetMap): readonly Listed[] {
  const found = new Map<string, Listed>();
  for (const { custom } of Object.values(targets)) {
    const one = readListed(custom);
    if (one !== undefined) found.set(keyOf(one.manifest), one);
  }
  return [...found.values()].sort(
    (a, b) =>
      (a.manifest.name < b.manifest.name ? -1 : a.manifest.name > b.manifest.name ? 1 : 0) ||
      semver.rcompare(a.manifest.version, b.manifest.version),
  );
}

export function withRelease(
  targets: TargetMap,
  { manifest, lifecycle, channels }: Listed,
): TargetMap {
  const custom = { ...manifest, lifecycle, channels } as unknown as Json;
  const entries = manifest.files.map(({ path, length, sha256 }): [string, TargetEntry] => [
    path,
    { length, hashes: { sha256 }, custom },
  ]);
  const deltas = manifest.deltas.map(({ path, length, sha256 }): [string, TargetEntry] => [
    path,
    { length, hashes: { sha256 } },
  ]);
  const others = Object.entries(without(targets, manifest));
  return Object.fromEntries([...others, ...entries, ...deltas]);
}

export function without(
  targets: TargetMap,
  release: { readonly name: string; readonly version: string },
): TargetMap {
  const kept = Object.entries(targets).filter(([path]) => !path.startsWith(`${keyOf(release)}/`));
  return Object.fromEntries(kept);
}

/** Words that all occur in name, version, channels or notes. */
export function searched(all: readonly Listed[], words: readonly string[]): readonly Listed[] {
  return all.filter(({ manifest: { name, version, notes }, channels, lifecycle }) => {
    const text = [name, version, lifecycle, ...channels, notes].join('\n').toLowerCase();
    return words.every((word) => text.includes(word.toLowerCase()));
  });
}

/** Dependencies of published releases that no published release could meet. */
export function unmetDependencies(all: readonly Listed[]): readonly string[] {
  return all.flatMap(({ manifest }) =>
    Object.entries(manifest.dependencies).flatMap(([name, range]) => {
      const fits = all.some(
        (one) =>
          one.manifest.name === name &&
          semver.satisfies(one.manifest.version, range, { includePrerelease: true }),
      );
      return fits ? [] : [`${keyOf(manifest)} needs ${name} ${range}, and no release is that`];
    }),
  );
}

export interface KeepTerms {
  /** Newest versions of each name that stay in any case. */
  readonly newest: number;
  /** `<name>/<version>` that devices run, or may fall back to. */
  readonly inUse: ReadonlySet<string>;
}

/** What may go: not among the newest, in no channel, on no device, and needed by nothing that stays. */
export function prunable(all: readonly Listed[], { newest, inUse }: KeepTerms): readonly Listed[] {
  const counts = new Map<string, number>();
  const kept = new Set<Listed>();
  for (const one of all) {
    const count = (counts.get(one.manifest.name) ?? 0) + 1;
    counts.set(one.manifest.name, count);
    if (count <= newest || one.channels.length > 0 || inUse.has(keyOf(one.manifest))) kept.add(one);
  }
  for (const one of kept) {
    for (const [name, range] of Object.entries(one.manifest.dependencies)) {
      for (const other of all) {
        const needed =
          other.manifest.name === name && semver.satisfies(other.manifest.version, range);
        if (needed) kept.add(other);
      }
    }
  }
  return all.filter((one) => !kept.has(one));
}

function readListed(custom: Json | undefined): Listed | undefined {
  const manifest = readManifest(custom);
  if ('problem' in manifest) return undefined;
  const { lifecycle, channels } = custom as JsonObject;
  return {
    manifest,
    lifecycle: lifecycle === 'deprecated' ? 'deprecated' : 'published',
    channels: Array.isArray(channels) ? channels.filter((one) => typeof one === 'string') : [],
  };
}
