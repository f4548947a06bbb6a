/** Who of those that may begin is first: priority, then who was planned first. Pure. */

export interface Queued {
  readonly name: string;
  readonly priority: number;
  /** UTC milliseconds. */
  readonly planned: number;
  /** Somebody asked for it now: before what the calendar asks for, among the same priority. */
  readonly asked: boolean;
}

export function inOrder<Q extends Queued>(queue: readonly Q[]): readonly Q[] {
  return queue.toSorted(
    (a, b) =>
      b.priority - a.priority ||
      Number(b.asked) - Number(a.asked) ||
      a.planned - b.planned ||
      (a.asked && b.asked ? 0 : byName(a, b)),
  );
}

/** Only so that it is always the same one; who asked keeps their order. */
function byName(a: Queued, b: Queued): number {
  return a.name < b.name ? -1 : 1;
}
