/** A release's own file: what its author says beside the files themselves. */
import semver from 'semver';
import type { ReleaseDelta, ReleaseFile, ReleaseManifest } from '../../../protocol/release.ts';
import type { Json } from '../../../protocol/tuf/json.ts';
import { readManifest } from '../../../protocol/tuf/manifest.ts';

/** Keys of the file; all may be left out. */
const KEYS = ['installer', 'dependencies', 'hooks', 'probe', 'notes'] as const;

export interface Named {
  readonly name: string;
  readonly version: string;
  readonly files: readonly ReleaseFile[];
  readonly deltas?: readonly ReleaseDelta[];
}

export function manifestOf(
  { name, version, files, deltas = [] }: Named,
  spec: unknown,
): ReleaseManifest | { readonly problem: string } {
  if (semver.valid(version) !== version.split('+')[0]) {
    return { problem: `${version} is no semantic version, such as 1.4.0 or 2.0.0-rc.1` };
  }
  const given = spec ?? {};
  if (typeof given !== 'object' || Array.isArray(given))
    return { problem: 'the file is no mapping' };
  const unknown = Object.keys(given).find((key) => !(KEYS as readonly string[]).includes(key));
  if (unknown !== undefined) return { problem: `${unknown} is none of ${KEYS.join(', ')}` };
  const { installer, dependencies, hooks, probe, notes } = given as Readonly<
    Record<string, unknown>
  >;
  const options = (installer as { options?: unknown } | undefined)?.options ?? {};
  const whole = {
    format: 1,
    name,
    version,
    installer: { kind: 'archive', ...(installer as object | undefined), options },
    files,
    deltas,
    dependencies: dependencies ?? {},
    ...(hooks !== undefined && { hooks: { timeoutMs: 60_000, ...(hooks as object) } }),
    ...(probe !== undefined && { probe: { windowMs: 60_000, ...(probe as object) } }),
    notes: notes ?? '',
  };
  const manifest = readManifest(whole as unknown as Json);
  if ('problem' in manifest) return manifest;
  for (const [other, range] of Object.entries(manifest.dependencies)) {
    if (semver.validRange(range) === null)
      return { problem: `${range}, for ${other}, is no semver range` };
  }
  return manifest;
}
