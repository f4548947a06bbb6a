/** Sorts long arrays in turns with whoever else has work to do. */
import type { Budget } from './budget.ts';

const RUN = 4096;
/** What a comparison of labels costs, beside a point computed. */
const COMPARISON = 8;

type Order<T> = (a: T, b: T) => number;

/** Stable. */
export async function sortInTurns<T>(
  items: readonly T[],
  order: Order<T>,
  budget: Budget,
): Promise<T[]> {
  let runs: T[][] = [];
  for (let start = 0; start < items.length; start += RUN) {
    const run = items.slice(start, start + RUN).sort(order);
    runs.push(run);
    if (budget.spend(run.length * COMPARISON * 12)) await budget.pause();
  }
  while (runs.length > 1) runs = await mergePairs(runs, order, budget);
  return runs[0] ?? [];
}

async function mergePairs<T>(
  runs: readonly T[][],
  order: Order<T>,
  budget: Budget,
): Promise<T[][]> {
  const merged: T[][] = [];
  for (let i = 0; i < runs.length; i += 2) {
    const [left, right] = [runs[i] as T[], runs[i + 1]];
    merged.push(right === undefined ? left : await merge(left, right, order, budget));
  }
  return merged;
}

async function merge<T>(left: T[], right: T[], order: Order<T>, budget: Budget): Promise<T[]> {
  const out: T[] = [];
  let [l, r] = [0, 0];
  while (l < left.length && r < right.length) {
    const [a, b] = [left[l] as T, right[r] as T];
    if (order(a, b) <= 0) {
      out.push(a);
      l++;
    } else {
      out.push(b);
      r++;
    }
    if (out.length % RUN === 0 && budget.spend(RUN * COMPARISON)) await budget.pause();
  }
  for (; l < left.length; l++) out.push(left[l] as T);
  for (; r < right.length; r++) out.push(right[r] as T);
  return out;
}
