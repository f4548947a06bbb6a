/** Who stands behind whom: what cannot be told while something before it is down. */
import type { CheckState } from '../../../protocol/messages/health.ts';
import { isGood } from './verdict.ts';

/** Each check with the checks that it depends on. Names that are not in it are passed over. */
export type DependencyGraph = ReadonlyMap<string, readonly string[]>;

/** What counts for a check once its dependencies are taken into account. */
export interface Standing {
  readonly state: CheckState;
  /** Nothing is known yet, of it or of what it stands behind: not a finding of its own. */
  readonly pending: boolean;
  /** The checks at the root of its not being known; empty when its state is its own. */
  readonly behind: readonly string[];
}

/** A way from a check back to itself, e.g. `a, b, a`. */
export function cycleIn(graph: DependencyGraph): readonly string[] | undefined {
  const done = new Set<string>();
  const visit = (name: string, path: readonly string[]): readonly string[] | undefined => {
    const at = path.indexOf(name);
    if (at >= 0) return [...path.slice(at), name];
    if (done.has(name)) return undefined;
    for (const next of graph.get(name) ?? []) {
      const found = visit(next, [...path, name]);
      if (found !== undefined) return found;
    }
    done.add(name);
    return undefined;
  };
  for (const name of graph.keys()) {
    const found = visit(name, []);
    if (found !== undefined) return found;
  }
  return undefined;
}

/** What each check amounts to, from the verdict on it alone. The graph must have no cycle. */
export function standingsOf(
  graph: DependencyGraph,
  own: (name: string) => CheckState | undefined,
): ReadonlyMap<string, Standing> {
  const standings = new Map<string, Standing>();
  const visit = (name: string): Standing => {
    const known = standings.get(name);
    if (known !== undefined) return known;
    const before = (graph.get(name) ?? []).filter((other) => graph.has(other));
    const roots = before.flatMap((other) => rootsAt(other, visit(other)));
    const standing = stand(own(name), [...new Set(roots)].toSorted(), (root) => own(root));
    standings.set(name, standing);
    return standing;
  };
  for (const name of graph.keys()) visit(name);
  return standings;
}

/** All that a check stands behind, directly or through others. */
export function allBefore(graph: DependencyGraph, name: string): ReadonlySet<string> {
  const found = new Set<string>();
  const visit = (one: string): void => {
    for (const other of graph.get(one) ?? []) {
      if (!graph.has(other) || found.has(other)) continue;
      found.add(other);
      visit(other);
    }
  };
  visit(name);
  return found;
}

function rootsAt(name: string, { state, behind }: Standing): readonly string[] {
  if (behind.length > 0) return behind;
  return isGood(state) ? [] : [name];
}

function stand(
  own: CheckState | undefined,
  behind: readonly string[],
  ownOf: (root: string) => CheckState | undefined,
): Standing {
  if (behind.length === 0) return { state: own ?? 'unknown', pending: own === undefined, behind };
  return { state: 'unknown', pending: behind.every((root) => ownOf(root) === undefined), behind };
}
