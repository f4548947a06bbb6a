/** Which deltas a new release gets: from the versions that devices are likely to have. */
import semver from 'semver';
import { EMPTY_SHA256 } from '../../../protocol/delta/format.ts';
import type { ReleaseFile } from '../../../protocol/release.ts';
import type { Listed } from './catalog.ts';

/** A delta that saves less is not worth the space, nor the risk of a second transfer. */
export const WORTH = 0.8;

export interface DeltaPlan {
  /** Version that it starts from; `undefined`: from nothing, which is the file compressed. */
  readonly version: string | undefined;
  readonly from: ReleaseFile | undefined;
  readonly to: ReleaseFile;
  /** Of the target. */
  readonly path: string;
}

export interface DeltaTerms {
  readonly name: string;
  /** Of the new release; what is newer is no way forward. */
  readonly version: string;
  /** Newest versions to start from. */
  readonly newest: number;
  /** Others, by version. */
  readonly also: readonly string[];
}

/** `published`: all releases there are. */
export function deltaPlans(
  files: readonly ReleaseFile[],
  published: readonly Listed[],
  terms: DeltaTerms,
): readonly DeltaPlan[] | { readonly problem: string } {
  const own = published
    .map(({ manifest }) => manifest)
    .filter(({ name, version }) => name === terms.name && version !== terms.version);
  const unknown = terms.also.find((version) => !own.some((one) => one.version === version));
  if (unknown !== undefined) return { problem: `there is no published ${terms.name} ${unknown}` };
  const older = own
    .filter(({ version }) => semver.lt(version, terms.version))
    .sort((a, b) => semver.rcompare(a.version, b.version))
    .slice(0, terms.newest);
  const bases = new Set([...older, ...own.filter(({ version }) => terms.also.includes(version))]);
  return files.flatMap((to) => {
    const plans: DeltaPlan[] = [planOf(undefined, undefined, to)];
    const seen = new Set([to.sha256, EMPTY_SHA256]);
    for (const { version, files: olds } of bases) {
      for (const from of olds) {
        if (seen.has(from.sha256) || !goTogether(from, to)) continue;
        seen.add(from.sha256);
        plans.push(planOf(version, from, to));
      }
    }
    return plans;
  });
}

function planOf(version: string | undefined, from: ReleaseFile | undefined, to: ReleaseFile) {
  const end = version === undefined ? 'gz' : `from-${version}`;
  // Two files of one version may lead here.
  const which =
    from === undefined || from.architecture === to.architecture ? '' : from.architecture;
  return { version, from, to, path: `${to.path}.${end}${which && `-${which}`}.delta` };
}

function goTogether(from: ReleaseFile, to: ReleaseFile): boolean {
  return [from.architecture, 'all'].includes(to.architecture) || from.architecture === 'all';
}
