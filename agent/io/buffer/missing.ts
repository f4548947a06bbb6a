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

/** The highest number of that epoch at or below the spot. */
function reach(spot: Spot, order: number): number {
  if (spot.order === order) return spot.number;
  return spot.order > order ? Number.MAX_SAFE_INTEGER : 0;
}

export function damageLoss(
  epoch: string,
  numbers: readonly NumberRange[],
  from: number,
  to: number,
): Loss {
  return { cause: 'damaged', epoch, numbers, from, to: Math.max(from, to), samples: 0 };
}

export function countNumbers(numbers: readonly NumberRange[]): number {
  return numbers.reduce((sum, { first, last }) => sum + last - first + 1, 0);
}
