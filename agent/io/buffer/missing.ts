/** Numbers that should be there: neither acknowledged, nor dropped, nor below the lowest held. */

import type { NumberRange } from '../../../protocol/messages/ranges.ts';
import { missingFrom } from '../../core/number-set.ts';
import type { Loss } from '../../core/retention.ts';
import type { Ledger, Spot } from './ledger.ts';

/** Which numbers of `range`, none of which was found, nobody ever gave up: they are damage. */
export function unaccounted(ledger: Ledger, order: number, range: NumberRange): NumberRange[] {
  const entry = ledger.epochs.find((one) => one.order === order);
  if (entry === undefined) return [];
  const dropped = Math.max(...ledger.floors.map((floor) => reach(floor, order)));
  const first = Math.max(range.first, entry.low, dropped + 1);
  const last = Math.min(range.last, entry.next - 1);
  return first > last ? [] : missingFrom(entry.gone, { first, last });
}

/** What lies between two spots. */
export interface Stretch {
  readonly after: Spot;
  readonly before: Spot;
}

/** Whether there should be something between two spots that were found next to each other. */
export function lacksSomething(ledger: Ledger, { after, before }: Stretch): boolean {
  if (after.order === before.order && after.number + 1 === before.number) return false;
  return ledger.epochs.some(({ order, next }) => {
    if (order < after.order || order > before.order) return false;
    const first = order === after.order ? after.number + 1 : 1;
    const last = order === before.order ? before.number - 1 : next - 1;
    return first <= last && unaccounted(ledger, order, { first, last }).length > 0;
  });
}

/** The highest number of that epoch at or below the spot. */
function reach(spot: Spot, order: number): number {
  if (spot.order === order) return spot.number;
  return spot.order > order ? Number.MAX_SAFE_INTEGER : 0;
}

/** Between which moments, UTC milliseconds, what is missing was sampled. */
export interface Between {
  /** `undefined`: nothing that is left tells. */
  readonly after: number | undefined;
  /** `undefined`: nothing that is left is newer. */
  readonly before: number | undefined;
}

/**
 * No sample of them lay outside. `born`: when the folder was made, for when nothing else tells, or
 * the clock was set back between the two.
 */
export function damageLoss(
  epoch: string,
  numbers: readonly NumberRange[],
  { after, before }: Between,
  born: number,
): Loss {
  const loss = { cause: 'damaged', epoch, numbers, samples: 0 } as const;
  if (before === undefined) return { ...loss, from: after ?? born };
  const from = after !== undefined && after <= before ? after : Math.min(born, before);
  return { ...loss, from, to: before };
}

export function countNumbers(numbers: readonly NumberRange[]): number {
  return numbers.reduce((sum, { first, last }) => sum + last - first + 1, 0);
}
