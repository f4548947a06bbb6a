/** Whether a device can have all packages of a rollout, by its architecture. */
import type { Fit } from '../../core/releases/assign.ts';
import type { Package } from '../../core/rollouts/plan.ts';
import type { Seen } from '../../core/rollouts/record.ts';
import type { ReleaseCheck } from '../../ports/rollouts.ts';

/** The worst of them; without releases to look at, everything fits. */
export function fitOfAll(
  releases: Pick<ReleaseCheck, 'fit'> | undefined,
  packages: readonly Package[],
  { facts }: Seen,
): Fit {
  if (releases === undefined) return 'fits';
  const fits = new Set(packages.map((one) => releases.fit(one, facts)));
  if (fits.has('wrong-architecture')) return 'wrong-architecture';
  return fits.has('architecture-unknown') ? 'architecture-unknown' : 'fits';
}
