/**
 * The published releases as the collector goes by them: held in memory, read again when what is
 * published has changed.
 */
import { architectureOf, assignedFiles, type Fit, fitOf } from '../../core/releases/assign.ts';
import { keyOf, type Listed } from '../../core/releases/catalog.ts';
import type { Assigned } from '../../core/releases/director.ts';
import type { Package } from '../../core/rollouts/plan.ts';
import type { ReleaseSource } from '../../ports/releases.ts';
import type { ReleaseCheck } from '../../ports/rollouts.ts';
import type { Log } from '../../ports.ts';

export interface PublishedDeps {
  readonly source: ReleaseSource;
  readonly log: Log;
}

/** Versions that a message names. */
const SOME = 5;

export class PublishedReleases implements ReleaseCheck {
  private readonly deps: PublishedDeps;
  private releases = new Map<string, Listed>();
  private stamp: string | undefined;
  private reading: Promise<void> | undefined;
  /** Why the repository cannot be read; what it said before counts. */
  problemText = '';
  /** Wanted of devices and not published, said once. */
  private readonly missing = new Map<string, string>();

  constructor(deps: PublishedDeps) {
    this.deps = deps;
  }

  get size(): number {
    return this.releases.size;
  }

  /** `<name> <version>` of what devices should have and none can get. */
  unavailable(): readonly string[] {
    return [...this.missing.values()];
  }

  refresh(): Promise<void> {
    this.reading ??= this.read().finally(() => {
      this.reading = undefined;
    });
    return this.reading;
  }

  problem(one: Package, way: 'forward' | 'back'): string {
    const found = this.releases.get(keyOf(one));
    if (found === undefined)
      return `${one.name} ${one.version} is not published: ${this.known(one.name)}`;
    if (found.lifecycle !== 'deprecated' || way === 'back') return '';
    return `${one.name} ${one.version} is deprecated: it is a way back, not a way forward`;
  }

  /** What is not published fits: it is another problem. */
  fit(one: Package, facts: ReadonlyMap<string, string>): Fit {
    const found = this.releases.get(keyOf(one));
    return found === undefined ? 'fits' : fitOf(found.manifest, architectureOf(facts));
  }

  /** The files of all of them for one device; a package that it cannot have is left out and said. */
  files(packages: readonly Package[], facts: ReadonlyMap<string, string>): readonly Assigned[] {
    const architecture = architectureOf(facts);
    return packages.flatMap((one) => {
      const found = this.releases.get(keyOf(one));
      if (found === undefined) this.miss(one);
      return found === undefined ? [] : assignedFiles(found.manifest, architecture);
    });
  }

  private known(name: string): string {
    if (this.problemText !== '') return `the releases cannot be read: ${this.problemText}`;
    const versions = [...this.releases.values()]
      .filter(({ manifest, lifecycle }) => manifest.name === name && lifecycle === 'published')
      .map(({ manifest }) => manifest.version);
    if (versions.length === 0) return `no release of ${name} is`;
    const more = versions.length > SOME ? ', ...' : '';
    return `it is a draft, was withdrawn or never was; there are ${versions.slice(0, SOME).join(', ')}${more}`;
  }

  private miss(one: Package): void {
    const key = keyOf(one);
    if (this.missing.has(key)) return;
    const { name, version } = one;
    this.missing.set(key, `${name} ${version}`);
    this.deps.log.warn('releases: devices should have what is not published; it is left out', {
      package: name,
      version,
    });
  }

  private async read(): Promise<void> {
    const { source, log } = this.deps;
    try {
      const stamp = await source.stamp();
      if (stamp === this.stamp) return;
      const all = await source.published();
      this.releases = new Map(all.map((one) => [keyOf(one.manifest), one]));
      this.stamp = stamp;
      this.problemText = '';
      for (const key of this.missing.keys()) if (this.releases.has(key)) this.missing.delete(key);
      log.info('releases read', { releases: all.length });
    } catch (error) {
      const text = error instanceof Error ? error.message : String(error);
      if (text !== this.problemText)
        log.error('releases cannot be read; those known count', { error: text });
      this.problemText = text;
    }
  }
}
