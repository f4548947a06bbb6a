/**
 * One check for updates over both repositories: the director says what this device should run, the
 * release repository says what exists; what both say the same of is the answer.
 *
 * A generator: it yields the files that it wants and is given what arrived.
 */

import type { Architecture } from '../../../protocol/release.ts';
import type { Attack } from '../../../protocol/tuf/attacks.ts';
import { granted, type Outcome } from '../../../protocol/tuf/attacks.ts';
import { agreed, type Installable } from './agree.ts';
import {
  type Assignment,
  type InstalledFile,
  newAssignments,
  readAssignments,
} from './assignment.ts';
import { type BundleTerms, checkBundle } from './bundle.ts';
import { type Found, findTarget } from './find-target.ts';
import { type Refreshed, refresh } from './refresh.ts';
import { type OwnClock, trustedNow } from './time.ts';
import type { Arrival, RepositoryName, Terms, TrustState, Wanted } from './trusted.ts';

export interface Self extends BundleTerms {
  readonly device: string;
  readonly installed: readonly InstalledFile[];
}

export interface Plan {
  /** Of the director's targets metadata. */
  readonly version: number;
  /** All that must be fetched and installed together; empty: nothing is new. */
  readonly installables: readonly Installable[];
  /** Everything that is assigned, also what is there: paths, for those who clean up. */
  readonly assigned: readonly string[];
}

export interface Checked {
  /** To be kept in any case: what was verified before a refusal stays verified. */
  readonly state: TrustState;
  readonly outcome: Outcome<Plan>;
  /** The repository that was refused. */
  readonly refusedBy?: RepositoryName;
}

type Checking<T> = Generator<Wanted, T, Arrival>;

export function* check(before: TrustState, self: Self, clock: OwnClock): Checking<Checked> {
  const now = trustedNow(clock, before);
  const own: Terms = {
    now,
    wall: clock.wall,
    clockKnown: clock.known,
    device: self.device,
    director: true,
  };
  const director: Refreshed = yield* refresh('director', before.director, own);
  // Without a timestamp a key of it was lost, and with it the time that it had signed.
  const signedTime = director.set.timestamp === undefined ? 0 : before.signedTime;
  let state: TrustState = { ...before, director: director.set, signedTime };
  const no = (outcome: { readonly ok: false } & Outcome<never>, by: RepositoryName): Checked => ({
    state,
    outcome,
    refusedBy: by,
  });
  if (!director.outcome.ok) return no(director.outcome, 'director');
  const { timestamp, targets } = director.outcome.value;
  state = { ...state, signedTime: Math.max(state.signedTime, timestamp.signedAt ?? 0) };

  const assigned = readAssignments(targets, self.device);
  if (!assigned.ok) return no(assigned, 'director');
  const fresh = newAssignments(assigned.value, self.installed);
  if (!fresh.ok) return no(fresh, 'director');
  const plan = (installables: readonly Installable[]): Plan => ({
    version: targets.version,
    installables,
    assigned: assigned.value.map(({ path }) => path),
  });
  if (fresh.value.length === 0) return { state, outcome: granted(plan([])) };

  const later = trustedNow(clock, state);
  const terms: Terms = { ...own, now: later, director: false };
  const whole = withNeighbours(fresh.value, assigned.value);
  const released: Released = yield* releasedFiles(state, terms, whole, self.architecture);
  state = released.state;
  if (!released.outcome.ok) return no(released.outcome, released.by);
  const bundle = checkBundle(released.outcome.value, self);
  if (!bundle.ok) return no(bundle, WHOSE[bundle.refusal.attack] ?? 'director');
  const paths = new Set(fresh.value.map(({ path }) => path));
  const missing = released.outcome.value.filter(({ file }) => paths.has(file.path));
  return { state, outcome: granted(plan(missing)) };
}

const WHOSE: Partial<Record<Attack, RepositoryName>> = { 'bad-dependency': 'release' };

/** Files of a release that are there already count for its being whole. */
function withNeighbours(fresh: readonly Assignment[], all: readonly Assignment[]) {
  const names = new Set(fresh.map(({ name }) => name));
  return all.filter(({ name }) => names.has(name));
}

interface Released {
  readonly state: TrustState;
  readonly outcome: Outcome<readonly Installable[]>;
  readonly by: RepositoryName;
}

function* releasedFiles(
  before: TrustState,
  terms: Terms,
  assignments: readonly Assignment[],
  architecture: Architecture,
): Checking<Released> {
  const release: Refreshed = yield* refresh('release', before.release, terms);
  let state: TrustState = { ...before, release: release.set };
  if (!release.outcome.ok) return { state, outcome: release.outcome, by: 'release' };
  const found: Installable[] = [];
  for (const one of assignments) {
    const at: Found = yield* findTarget(release.outcome.value, state.release, terms, one.path);
    state = { ...state, release: at.set };
    if (!at.outcome.ok) return { state, outcome: at.outcome, by: 'release' };
    const both = agreed(one, at.outcome.value, architecture);
    // Nobody can say which of the two lies when they differ: the one signed online is suspected.
    if (!both.ok) {
      const by = both.refusal.attack === 'wrong-target' ? 'release' : 'director';
      return { state, outcome: both, by };
    }
    found.push(both.value);
  }
  return { state, outcome: granted(found), by: 'release' };
}
