/** Published releases and the director, put together: what devices fetch, and what rollouts ask. */
import { join } from 'node:path';
import type { Metrics } from '../core/metrics.ts';
import type { Package } from '../core/rollouts/plan.ts';
import type { ComponentHealth } from '../core/views.ts';
import type { HttpPart } from '../io/http/deps.ts';
import { releases } from '../io/http/releases.ts';
import { openDirector } from '../io/releases/director.ts';
import { DirectorRoots } from '../io/releases/director-root.ts';
import { ReleaseFolder } from '../io/releases/folder.ts';
import { openReleaseShelf } from '../io/releases/shelf.ts';
import type { DirectorDesk } from '../ports/releases.ts';
import type { RolloutDevices } from '../ports/rollouts.ts';
import type { Clock, Log } from '../ports.ts';
import { Expiry } from '../work/releases/expiry.ts';
import { PublishedReleases } from '../work/releases/published.ts';
import type { Downloads } from '../work/rollouts/metrics.ts';

export interface ReleasesDeskDeps {
  readonly clock: Clock;
  readonly log: Log;
  readonly metrics: Metrics;
  /** The collector's own: the director's keys are below it. */
  readonly data: string;
  /** Where the repository is. */
  readonly folder: string;
  readonly directory: RolloutDevices;
  readonly downloads: Downloads;
  /** What a device should have. */
  readonly packagesFor: (device: string) => readonly Package[];
  /** Versions that devices run, should run, or may go back to. */
  readonly inUse: () => Iterable<Package>;
}

export class ReleasesDesk {
  readonly check: PublishedReleases;
  readonly http: HttpPart;
  private readonly deps: ReleasesDeskDeps;
  private director: DirectorDesk | undefined;
  private readonly expiry: Expiry;

  constructor(deps: ReleasesDeskDeps) {
    this.deps = deps;
    const shelf = openReleaseShelf(new ReleaseFolder(deps.folder));
    this.check = new PublishedReleases({ source: shelf, log: deps.log });
    const root = new DirectorRoots(join(deps.data, 'director'));
    this.expiry = new Expiry({ ...deps, source: shelf, root });
    const director: DirectorDesk = {
      file: async (device, name) => {
        // What was published a moment ago may be what the device asks for.
        if (name === 'timestamp.json') await this.check.refresh();
        return this.director?.file(device, name);
      },
      time: (device, nonce) => this.opened().time(device, nonce),
      forget: (device) => this.opened().forget(device),
    };
    const { inUse, downloads } = deps;
    this.http = releases({ shelf, director, inUse: () => [...inUse()], downloads });
  }

  /** Before anything is served. The director's keys are made at the first start. */
  async restore(): Promise<void> {
    const { clock, data, directory, packagesFor } = this.deps;
    await this.check.refresh();
    this.director = await openDirector(join(data, 'director'), {
      log: this.deps.log,
      now: () => Math.round(clock.wall()),
      assigned: (id) => {
        const device = directory.get(id);
        if (device === undefined) return undefined;
        return this.check.files(packagesFor(id), device.state?.facts ?? NO_FACTS);
      },
      seen: (id) => directory.get(id)?.reported?.directed ?? 0,
    });
    await this.expiry.start();
  }

  stop(): Promise<void> {
    return this.expiry.stop();
  }

  forget(device: string): Promise<void> {
    return this.opened().forget(device);
  }

  health(): readonly ComponentHealth[] {
    return [this.releasesHealth(), this.expiry.health()];
  }

  private releasesHealth(): ComponentHealth {
    const { size, problemText } = this.check;
    const unavailable = this.check.unavailable();
    if (problemText !== '') return { name: 'releases', status: 'degraded', detail: problemText };
    if (unavailable.length > 0) {
      const detail = `wanted of devices and not published: ${unavailable.join(', ')}`;
      return { name: 'releases', status: 'degraded', detail };
    }
    return { name: 'releases', status: 'healthy', detail: `${size} published` };
  }

  private opened(): DirectorDesk {
    if (this.director === undefined) throw new Error('the director is not open yet');
    return this.director;
  }
}

const NO_FACTS: ReadonlyMap<string, string> = new Map();
