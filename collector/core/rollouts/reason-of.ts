/** Why a device is not updated at this moment: exactly one reason, or none when it is. */

import { abilityOf } from './progress.ts';
import type { Reason } from './reasons.ts';
import type { Seen, World } from './record.ts';
import type { Rollout } from './rollout.ts';
import { isEnded } from './rollout-table.ts';
import { inWindow } from './windows.ts';

/** `undefined`: it is updated. Of devices that the target takes. */
export function reasonOf(
  rollout: Rollout,
  seen: Seen,
  now: number,
  world: World,
): Reason | undefined {
  const { record, book, membership } = rollout;
  const own = book.records.get(seen.id);
  if (own !== undefined) return own.state === 'succeeded' ? undefined : (own.reason ?? 'updating');
  if (membership.isExcluded(seen.id)) return 'excluded';
  const stage = book.stages.get(seen.id) ?? membership.stageOf(seen);
  if (stage < 0) return 'not-staged';
  const { state, plan } = record;
  if (state === 'aborted') return 'aborted';
  if (isEnded(state)) return 'expired';
  const able = abilityOf(rollout, seen, world);
  if (able !== 'ready' && able !== 'offline') return able;
  if (state === 'stopped' || state === 'reverting' || rollout.stage(stage).state === 'stopped')
    return 'stopped';
  if (rollout.stage(stage).state === 'waiting') return 'stage-waits';
  if (able === 'offline') return 'offline';
  if (state === 'paused') return 'paused';
  return inWindow(plan.windows, now) ? 'turn' : 'window';
}
