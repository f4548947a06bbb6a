/** What updates must not forget: the one under way, what is installed, what was tried in vain. */

import type { ReleaseManifest } from '../../../protocol/release.ts';
import { attemptOf, noted } from '../../core/updates/guard.ts';
import {
  type Installed,
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
    await this.#facts.put(`packages/${name}`, JSON.stringify(installed));
    if (installed.isThere) await this.#facts.remove(`tried/${name}`);
  }

  tried(name: string): Tried | undefined {
    return readTried(this.#facts.get(`tried/${name}`));
  }

  attempt(releases: readonly ReleaseManifest[]): number {
    return Math.max(1, ...releases.map((one) => attemptOf(one, this.tried(one.name))));
  }

  /** At the end of an update that did not succeed; told twice, it counts once. */
  async noteFailure({ items, attempt, code, why = '' }: Update): Promise<void> {
    if (code === undefined) return;
    for (const { name, manifest } of items) {
      const tried = noted(manifest, this.tried(name), code, why);
      if (tried === undefined) continue;
      const once = { ...tried, times: Math.min(tried.times, attempt) };
      await this.#facts.put(`tried/${name}`, JSON.stringify(once));
    }
  }
}
