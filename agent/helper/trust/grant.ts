/**
 * Whether the director wants this very release on this device now, and the release repository knows
 * it: the whole verification once more, as root, over the metadata that the agent fetched.
 *
 * One package is looked at in a step. What else the director assigns counts as there: its own step
 * looks at it, and it may be the agent's, of which root knows nothing.
 */
import type { Architecture } from '../../../protocol/release.ts';
import { type Attack, explainRefusal } from '../../../protocol/tuf/attacks.ts';
import { type InstalledFile, readAssignments } from '../../core/trust/assignment.ts';
import { type Checked, check, type Self } from '../../core/trust/check.ts';
import { drive } from '../../core/trust/drive.ts';
import { refresh } from '../../core/trust/refresh.ts';
import { type OwnClock, trustedNow } from '../../core/trust/time.ts';
import type { TrustState } from '../../core/trust/trusted.ts';
import type { Answer } from '../declarations.ts';
import type { Anchored } from './anchors.ts';
import { type Brought, metadataOf } from './metadata.ts';
import type { Granted, PackageRecord } from './record.ts';

export interface GrantTerms {
  readonly device: string;
  /** The agent's data folder. */
  readonly data: string;
  readonly architecture: Architecture;
  readonly clock: OwnClock;
  readonly records: ReadonlyMap<string, PackageRecord>;
  readonly versions: Versions;
  /** Whether this device may have the package, by its own file. */
  readonly accepts: (name: string) => boolean;
}

/** Semver's. */
export interface Versions {
  satisfies(version: string, range: string): boolean;
  lt(version: string, than: string): boolean;
}

interface Asked {
  readonly name: string;
  readonly version: string;
}

/** The agent may be writing newer metadata at this moment, a file at a time. */
const TORN = { tries: 4, pauseMs: 500 };

export async function granted(
  asked: Asked,
  { state, store }: Anchored,
  terms: GrantTerms,
): Promise<Answer<Granted>> {
  let before = state;
  for (let attempt = 1; ; attempt += 1) {
    const brought = metadataOf(terms.data);
    const checked = await verified(asked.name, before, terms, brought);
    // Before anything is done on its word: what was seen once is never forgotten.
    await store.save(checked.state);
    before = checked.state;
    const { outcome } = checked;
    const isTorn = !outcome.ok && outcome.refusal.attack === 'malicious-mirror';
    if (!isTorn || attempt === TORN.tries) return verdict(asked, checked, terms, brought.odd);
    await new Promise((resolve) => setTimeout(resolve, TORN.pauseMs));
  }
}

async function verified(
  name: string,
  state: TrustState,
  terms: GrantTerms,
  brought: Brought,
): Promise<Checked> {
  const self: Self = {
    ...{ device: terms.device, architecture: terms.architecture },
    ...(await othersOf(name, state, terms, brought)),
    satisfies: terms.versions.satisfies,
    accepts: terms.accepts,
  };
  return drive(check(state, self, terms.clock), brought.bring);
}

/** A first look at what the director says, for the other packages in it. */
async function othersOf(
  name: string,
  state: TrustState,
  { device, clock, records, architecture }: GrantTerms,
  { bring }: Brought,
): Promise<Pick<Self, 'installed' | 'versions'>> {
  const now = trustedNow(clock, state);
  const seen = { now, wall: clock.wall, clockKnown: clock.known, device, director: true };
  const { outcome } = await drive(refresh('director', state.director, seen), bring);
  const assigned = outcome.ok ? readAssignments(outcome.value.targets, device) : outcome;
  const others = assigned.ok ? assigned.value.filter((one) => one.name !== name) : [];
  const versions = new Map<string, string>();
  for (const [known, { installed }] of records) {
    if (installed !== undefined) versions.set(known, installed.manifest.version);
  }
  for (const one of others) versions.set(one.name, one.path.split('/')[1] ?? '');
  const there = others.map(({ path, file, version }) => {
    return { path, sha256: file.hashes.get('sha256') ?? '', assignment: version };
  });
  return {
    versions,
    installed: [...there, ...filesOf(records.get(name)?.installed, architecture)],
  };
}

function filesOf(installed: Granted | undefined, architecture: Architecture): InstalledFile[] {
  const { manifest, assignment } = installed ?? {};
  return (manifest?.files ?? [])
    .filter((file) => file.architecture === 'all' || file.architecture === architecture)
    .map(({ path, sha256 }) => ({ path, sha256, assignment: assignment ?? 0 }));
}

function verdict(
  asked: Asked,
  { outcome }: Checked,
  terms: GrantTerms,
  odd: readonly string[],
): Answer<Granted> {
  if (!outcome.ok) {
    const more = odd.length === 0 ? '' : `; ${odd.join('; ')}`;
    return { ok: false, why: `attack: ${explainRefusal(outcome.refusal)}${more}` };
  }
  const { name, version } = asked;
  const { installables, assigned } = outcome.value;
  const found = installables.find((one) => one.manifest.name === name);
  if (found?.manifest.version === version) {
    return { ok: true, value: { manifest: found.manifest, assignment: found.assignment } };
  }
  const { installed } = terms.records.get(name) ?? {};
  const isThere =
    found === undefined &&
    installed?.manifest.version === version &&
    filesOf(installed, terms.architecture).every(({ path }) => assigned.includes(path));
  return isThere ? { ok: true, value: installed } : unassigned(asked, assigned, terms);
}

function unassigned(
  { name, version }: Asked,
  assigned: readonly string[],
  { device, records, versions }: GrantTerms,
): Answer<never> {
  const ours = assigned.filter((path) => path.startsWith(`${name}/`));
  const said = [...new Set(ours.map((path) => path.split('/')[1]))].join(', ');
  const there = records.get(name)?.installed?.manifest.version;
  const isOlder = there !== undefined && versions.lt(version, there);
  const attack: Attack = isOlder ? 'rollback' : 'arbitrary-software';
  const why = `the director assigns ${said === '' ? 'none of it' : said} to ${device} now`;
  return { ok: false, why: `attack: ${attack}: ${name} ${version}: ${why}` };
}
