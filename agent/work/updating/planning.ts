/** Makes an update of releases that change together. */
import type { ReleaseManifest } from '../../../protocol/release.ts';
import { asUpdateError, UpdateError } from '../../core/updates/codes.ts';
import { givenUp } from '../../core/updates/guard.ts';
import type { Update } from '../../core/updates/update.ts';
import type { Hands } from './hands.ts';
import type { Ledger } from './ledger.ts';

export interface PlanningDeps {
  readonly ledger: Ledger;
  readonly hands: Hands;
  readonly linkUp: () => boolean;
}

/** Or why there can be none. */
export function planned(
  group: readonly ReleaseManifest[],
  id: string,
  startedAt: number,
  { ledger, hands, linkUp }: PlanningDeps,
): Update | UpdateError {
  const [vain] = group.flatMap((one) => givenUp(one, ledger.tried(one.name)) ?? []);
  if (vain !== undefined) return new UpdateError('given-up', vain);
  const installed = ledger.manifests();
  try {
    const items = group.map((manifest) => {
      const from = installed.get(manifest.name);
      const file = hands.version(manifest).file.path;
      return { name: manifest.name, manifest, file, ...(from === undefined ? {} : { from }) };
    });
    const attempt = ledger.attempt(group);
    const begun = { startedAt, attempt, linkWasUp: linkUp(), starts: 0, evidence: {} };
    return { id, state: 'planned', items, ...begun };
  } catch (error) {
    return asUpdateError(error, 'unsupported');
  }
}
