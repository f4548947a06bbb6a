/** What updates must not forget: the one under way, what is installed, what was tried in vain. */

import type { ReleaseManifest } from '../../../protocol/release.ts';
import { attemptOf, noted, pauseFor } from '../../core/updates/guard.ts';
import { identity } from '../../core/updates/manifest.ts';
import {
  type Granted,
  type Installed,
  readGranted,
  readInstalled,
  readTried,
  readUpdate,
  type Tried,
} from '../../core/updates/stored.ts';
import type { Update } from '../../core/updates/update.ts';
import type { Facts } from '../../ports/caretaking.ts';

const CURRENT = 'updates/current';

export class Ledger {
  readonly #facts: Facts;

  constructor(facts: Facts) {
    this.#facts = facts;
  }

  current(): Update | undefined {
    return readUpdate(this.#facts.get(CURRENT));
  }

  journal(update: Update): Promise<void> {
    return this.#facts.put(CURRENT, JSON.stringify(update));
  }

  async settled(): Promise<void> {
    await this.#facts.remove(CURRENT);
  }

  installed(): ReadonlyMap<string, Installed> {
    const all = this.#facts.names('packages').map((fact) => readInstalled(this.#facts.get(fact)));
    return new Map(all.flatMap((one) => (one === undefined ? [] : [[one.manifest.name, one]])));
  }

  manifests(): ReadonlyMap<string, ReleaseManifest> {
    return new Map([...this.installed()].map(([name, { manifest }]) => [name, manifest]));
  }

  async noteInstalled(installed: Installed): Promise<void> {
    const { name } = installed.manifest;
    const noted = { ...installed, ...this.#decision(installed.manifest) };
    await this.#facts.put(`packages/${name}`, JSON.stringify(noted));
    if (installed.isThere) await this.#facts.remove(`tried/${name}`);
  }

  /** The director's decision for this release: with what is installed it tells older ones apart. */
  async grant(release: ReleaseManifest, assignment: number): Promise<void> {
    const what = identity(release);
    const before = this.#granted(release.name);
    // Of a release with several files, the newest decision counts.
    const isKnown = before?.what === what && before.assignment >= assignment;
    if (isKnown) return;
    await this.#facts.put(`granted/${release.name}`, JSON.stringify({ what, assignment }));
  }

  #granted(name: string): Granted | undefined {
    return readGranted(this.#facts.get(`granted/${name}`));
  }

  #decision(release: ReleaseManifest): Pick<Installed, 'assignment'> {
    const what = identity(release);
    const granted = this.#granted(release.name);
    if (granted?.what === what) return { assignment: granted.assignment };
    const before = this.installed().get(release.name);
    if (before?.assignment === undefined || identity(before.manifest) !== what) return {};
    return { assignment: before.assignment };
  }

  tried(name: string): Tried | undefined {
    return readTried(this.#facts.get(`tried/${name}`));
  }

  /** Failures count while that version is wanted: who wants it anew, after another, has a reason to. */
  async forgetOthers(wanted: readonly { name: string; version: string }[]): Promise<void> {
    for (const fact of this.#facts.names('tried')) {
      const version = readTried(this.#facts.get(fact))?.what.split(' ', 1)[0];
      const isWanted = wanted.some(
        (one) => fact === `tried/${one.name}` && one.version === version,
      );
      if (!isWanted) await this.#facts.remove(fact);
    }
  }

  attempt(releases: readonly ReleaseManifest[]): number {
    return Math.max(1, ...releases.map((one) => attemptOf(one, this.tried(one.name))));
  }

  /** Milliseconds until all of them may be tried again. */
  pause(releases: readonly ReleaseManifest[], now: number): number {
    return Math.max(0, ...releases.map((one) => pauseFor(one, this.tried(one.name), now)));
  }

  /** At the end of an update that did not succeed; told twice, it counts once. */
  async noteFailure({ items, attempt, code, why = '' }: Update, now: number): Promise<void> {
    if (code === undefined) return;
    for (const { name, manifest } of items) {
      const tried = noted(manifest, this.tried(name), code, why, now);
      if (tried === undefined) continue;
      const once = { ...tried, times: Math.min(tried.times, attempt) };
      await this.#facts.put(`tried/${name}`, JSON.stringify(once));
    }
  }
}
