/**
 * Updates, put together: who says what may be installed, who fetches it, who installs it. A chunk of
 * its own, loaded when packages are wanted or installed, or an update is under way.
 */
import { randomBytes } from 'node:crypto';
import { readFile } from 'node:fs/promises';
import { join } from 'node:path';
import type { CareConfig } from '../config/care.ts';
import type { AgentConfig } from '../config.ts';
import { accepting } from '../core/updates/accepted.ts';
import type { Versions } from '../core/updates/resolve.ts';
import { createDownloader } from '../io/fetch/downloader.ts';
import { createMetadataFolder } from '../io/trust/metadata.ts';
import { createRepositories } from '../io/trust/repositories.ts';
import { readRoots } from '../io/trust/roots.ts';
import { createTrustStore } from '../io/trust-store.ts';
import { createDisk } from '../io/updates/disk.ts';
import { localStatus } from '../io/updates/local-status.ts';
import { createLocks } from '../io/updates/locks.ts';
import { readMachine } from '../io/updates/machine.ts';
import { nameOfOwnUnit, withOwnUnit } from '../io/updates/own-unit.ts';
import { openStaging } from '../io/updates/staging.ts';
import { createUnits } from '../io/updates/units.ts';
import type { Facts, Helper, Journal, Runner } from '../ports/caretaking.ts';
import type { Repositories } from '../ports/trust.ts';
import type { Downloader, Locks, Machine } from '../ports/updates.ts';
import type { Cancel, Clock, Log } from '../ports.ts';
import { Trusting } from '../work/trusting.ts';
import { Updating, type UpdatingDeps, type WantedPackage } from '../work/updating.ts';

export interface UpdatesDeps
  extends Pick<UpdatingDeps, 'linkUp' | 'failing' | 'changed' | 'holds' | 'calm'> {
  readonly log: Log;
  readonly clock: Clock;
  readonly clockTrusted: () => boolean;
  readonly journal: Journal;
  readonly facts: Facts;
  readonly runner: Runner;
  readonly helper: Helper;
  readonly config: () => AgentConfig & CareConfig;
  readonly restartAgent: () => void;
}

interface Parts {
  readonly machine: Machine;
  readonly locks: Locks;
  readonly trusting: Trusting;
  readonly updating: Updating;
}

/** Part of the time between two rounds that is left to chance, so that a fleet spreads. */
const SPREAD = 0.2;
const MOST_DELTA_MS = 2 ** 31 - 1;

export class Updates {
  private readonly deps: UpdatesDeps;
  private readonly parts: Parts;
  private readonly stopping = new AbortController();
  private round: Cancel = () => undefined;
  private every = 0;

  static async open(deps: UpdatesDeps): Promise<Updates> {
    const { log, clock, facts, runner, helper, config, clockTrusted } = deps;
    const { data, device, updates } = config();
    const folder = join(data, 'updates');
    const machine = await readMachine();
    const disk = createDisk();
    const { repositories, downloader } = await overNetwork(config, machine.boot);
    const trusting = new Trusting({
      ...{ log, clock, facts, journal: deps.journal, device, repositories, versions },
      architecture: machine.architecture,
      store: createTrustStore(join(folder, 'trust')),
      folder: createMetadataFolder(join(folder, 'metadata')),
      roots: () => readRoots(updates.trust),
      clockKnown: clockTrusted,
      accepts: (name) => accepting(config().updates.packages)(name),
      everyMs: () => config().updates.every,
      nonce: () => randomBytes(16).toString('hex'),
    });
    await trusting.open();
    const locks = createLocks(join(folder, 'locks'), () => clock.wall());
    const { changed, linkUp, failing, holds, calm, journal } = deps;
    const updating = new Updating({
      ...{ clock, log, journal, facts, disk, runner, machine, helper, downloader, locks },
      ...{ changed, linkUp, failing, versions, random: Math.random, trusted: trusting },
      ...(holds === undefined ? {} : { holds }),
      ...(calm === undefined ? {} : { calm }),
      units: withOwnUnit(createUnits(runner, machine.isRoot ? undefined : helper), {
        unit: await nameOfOwnUnit(),
        restart: deps.restartAgent,
      }),
      staging: await openStaging(join(folder, 'files'), disk),
      ask: (url, signal) => localStatus(url, signal),
      pace: () => {
        const { rate, minRate, jitter } = config().updates;
        return { ...(rate === undefined ? {} : { most: rate }), least: minRate, jitterMs: jitter };
      },
    });
    return new Updates(deps, { machine, locks, trusting, updating });
  }

  private constructor(deps: UpdatesDeps, parts: Parts) {
    this.deps = deps;
    this.parts = parts;
  }

  /** Goes on with what was left, and asks from time to time. Resolves when what was left is over. */
  start(): Promise<void> {
    this.schedule();
    return this.parts.updating.start();
  }

  async stop(): Promise<void> {
    this.stopping.abort();
    this.round();
    await this.parts.updating.stop();
  }

  /** Resolves when all that can be done about it at the moment is done. */
  want(packages: readonly WantedPackage[]): Promise<void> {
    return this.parts.updating.want(packages);
  }

  /** The configuration is another: rounds may be due at another time. One that is changed often puts none off. */
  follow(): void {
    if (this.deps.config().updates.every === this.every) return;
    this.round();
    this.schedule();
  }

  now() {
    return this.parts.updating.now();
  }

  packages() {
    return this.parts.updating.packages();
  }

  get directed(): number | undefined {
    return this.parts.trusting.directed;
  }

  /** For people. */
  async status() {
    const { machine, locks, trusting, updating } = this.parts;
    const { underWay } = updating;
    const held = await locks.held();
    return {
      architecture: machine.architecture,
      wanted: updating.wants(),
      installed: updating.packages(),
      underWay: underWay && {
        packages: underWay.items.map(({ manifest: { name, version } }) => `${name} ${version}`),
        state: underWay.state,
        since: new Date(underWay.startedAt).toISOString(),
        attempt: underWay.attempt,
        why: underWay.code && `${underWay.code}: ${underWay.why ?? ''}`,
      },
      locks: held.map(({ name, text, ageMs }) => ({
        name,
        text,
        ageSeconds: Math.round(ageMs / 1000),
      })),
      director: trusting.status(),
    };
  }

  private schedule(): void {
    const { clock, config, log } = this.deps;
    const { every } = config().updates;
    this.every = every;
    const ms = Math.min(MOST_DELTA_MS, every * (1 - SPREAD / 2 + Math.random() * SPREAD));
    this.round = clock.after(ms, () => {
      void this.prove()
        .catch((error: unknown) =>
          log.warn('the director could not be asked', { why: String(error) }),
        )
        .finally(() => {
          if (!this.stopping.signal.aborted) this.schedule();
        });
    });
  }

  private async prove(): Promise<void> {
    // The helper reads the metadata of an update that is under way: it stays as it is.
    if (!this.deps.config().updates.enabled || this.parts.updating.underWay !== undefined) return;
    await this.parts.trusting.prove(this.stopping.signal);
  }
}

async function versions(): Promise<Versions> {
  return (await import('semver')).default;
}

interface Network {
  readonly repositories: Repositories | { readonly why: string };
  readonly downloader: Downloader;
}

async function overNetwork(config: UpdatesDeps['config'], boot: string): Promise<Network> {
  const { collector, updates, device } = config();
  const { url, caFile } = collector;
  if (url === undefined) return nobody('collector.url is not set');
  const pem = caFile === undefined ? undefined : await readFile(caFile).catch(() => undefined);
  if (caFile !== undefined && pem === undefined) {
    return nobody(`${caFile} (collector.caFile) cannot be read`);
  }
  const release = folderOf(updates.mirror ?? `${folderOf(url)}releases`);
  const base = { director: `${folderOf(url)}director/${device}/`, release };
  const isOwn = new URL(release).origin === new URL(url).origin;
  return {
    repositories: createRepositories({
      base,
      minRate: () => config().updates.minRate,
      ...(pem === undefined ? {} : { ca: { of: url, pem } }),
    }),
    downloader: createDownloader({
      ...{ base: `${release}targets/`, boot, isConsistent: true },
      ...(pem !== undefined && isOwn ? { ca: pem } : {}),
    }),
  };
}

function nobody(why: string): Network {
  const text = `${why}, so there is nobody to ask for updates`;
  return {
    repositories: { why: text },
    downloader: { fetch: () => Promise.reject(new Error(text)) },
  };
}

function folderOf(url: string): string {
  return url.endsWith('/') ? url : `${url}/`;
}
