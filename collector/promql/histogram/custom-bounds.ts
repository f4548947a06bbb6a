/** Custom buckets with different bounds meet on the bounds that they share. */
import { type Buckets, moveBuckets } from './buckets.ts';

export const sameBounds = (a: readonly number[], b: readonly number[]): boolean =>
  a === b || (a.length === b.length && a.every((bound, i) => bound === b[i]));

/** Both ascending. */
export function sharedBounds(a: readonly number[], b: readonly number[]): readonly number[] {
  const others = new Set(b);
  return a.filter((bound) => others.has(bound));
}

/** `onto` is a part of `bounds`: a bucket goes to the first that ends no lower. */
export function ontoBounds(
  buckets: Buckets,
  bounds: readonly number[],
  onto: readonly number[],
): Buckets {
  let target = 0;
  return moveBuckets(buckets, (index) => {
    const end = bounds[index];
    if (end === undefined) return onto.length;
    while (target < onto.length && (onto[target] as number) < end) target++;
    return target;
  });
}
