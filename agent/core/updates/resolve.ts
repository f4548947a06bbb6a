/**
 * Which packages change together and in what order. What is wanted names exact versions, so there
 * is nothing to choose: the set that would be there afterwards either goes together or it does not,
 * and then every reason is named before anything moves.
 */
import type { ReleaseManifest } from '../../../protocol/release.ts';

/** Semantic versions, as the package `semver` reads them; loaded when an update comes. */
export interface Versions {
  satisfies(version: string, range: string): boolean;
  validRange(range: string): string | null;
}

export interface ResolveInput {
  /** What is to be there, verified. */
  readonly wanted: readonly ReleaseManifest[];
  /** What is there, by name. */
  readonly installed: ReadonlyMap<string, ReleaseManifest>;
}

export type Resolved =
  /** Groups that need each other; in each, what is needed comes first. */
  | { readonly ok: true; readonly groups: readonly (readonly ReleaseManifest[])[] }
  | { readonly ok: false; readonly conflicts: readonly string[] };

export function resolvePackages(input: ResolveInput, versions: Versions): Resolved {
  const twice = input.wanted.filter((one, at) => at !== firstOf(input.wanted, one.name));
  if (twice.length > 0) {
    const text = ({ name }: ReleaseManifest) => `${name} is wanted in two versions`;
    return { ok: false, conflicts: twice.map(text) };
  }
  const after = new Map(input.installed);
  for (const one of input.wanted) after.set(one.name, one);
  const conflicts = [...after.values()].flatMap((one) => conflictsOf(one, after, versions));
  if (conflicts.length > 0) return { ok: false, conflicts: conflicts.toSorted() };
  const changing = input.wanted.filter(({ name, version }) => {
    return input.installed.get(name)?.version !== version;
  });
  return { ok: true, groups: groupsOf(changing, input.installed) };
}

function conflictsOf(
  { name, version, dependencies }: ReleaseManifest,
  after: ReadonlyMap<string, ReleaseManifest>,
  versions: Versions,
): readonly string[] {
  return Object.entries(dependencies).flatMap(([needed, range]) => {
    const here = after.get(needed);
    const needs = `${name} ${version} needs ${needed} ${range}`;
    if (versions.validRange(range) === null) return [`${needs}, which is no range of versions`];
    if (here === undefined) return [`${needs}, which is neither installed nor wanted`];
    return versions.satisfies(here.version, range)
      ? []
      : [`${needs}, and ${needed} would be ${here.version}`];
  });
}

/** Connected by a dependency of the new version or of the old one, in either direction. */
function groupsOf(
  changing: readonly ReleaseManifest[],
  installed: ReadonlyMap<string, ReleaseManifest>,
): readonly (readonly ReleaseManifest[])[] {
  const rest = new Map(changing.toSorted(byName).map((one) => [one.name, one]));
  const needs = (one: ReleaseManifest) =>
    new Set([one, installed.get(one.name)].flatMap((it) => Object.keys(it?.dependencies ?? {})));
  const groups: ReleaseManifest[][] = [];
  for (let [first] = rest.values(); first !== undefined; [first] = rest.values()) {
    const group = [first];
    rest.delete(first.name);
    for (const member of group) {
      for (const other of [...rest.values()]) {
        if (!needs(member).has(other.name) && !needs(other).has(member.name)) continue;
        rest.delete(other.name);
        group.push(other);
      }
    }
    groups.push(ordered(group));
  }
  return groups;
}

/** What is needed first; packages that need each other, by name. */
function ordered(group: readonly ReleaseManifest[]): ReleaseManifest[] {
  const byNames = new Map(group.toSorted(byName).map((one) => [one.name, one]));
  const seen = new Set<string>();
  const order: ReleaseManifest[] = [];
  const visit = (one: ReleaseManifest) => {
    if (seen.has(one.name)) return;
    seen.add(one.name);
    for (const name of Object.keys(one.dependencies).toSorted()) {
      const needed = byNames.get(name);
      if (needed !== undefined) visit(needed);
    }
    order.push(one);
  };
  for (const one of byNames.values()) visit(one);
  return order;
}

function firstOf(wanted: readonly ReleaseManifest[], name: string): number {
  return wanted.findIndex((one) => one.name === name);
}

function byName(a: ReleaseManifest, b: ReleaseManifest): number {
  return a.name < b.name ? -1 : 1;
}
