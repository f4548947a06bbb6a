/**
 * When signatures expire: the director's root, which the collector renews while it holds the key, and
 * the metadata of releases, which people sign again.
 */
import type { Metrics } from '../../core/metrics.ts';
import type { ComponentHealth } from '../../core/views.ts';
import type { DirectorRoot, KeptRoot, ReleaseSource } from '../../ports/releases.ts';
import type { Cancel, Clock, Log } from '../../ports.ts';

export interface ExpiryDeps {
  readonly clock: Clock;
  readonly log: Log;
  readonly metrics: Metrics;
  readonly source: Pick<ReleaseSource, 'expiries'>;
  readonly root: DirectorRoot;
}

const EVERY_MS = 600_000;
/** As the shipped alerts. */
const SOON_MS = 14 * 86_400_000;

export class Expiry {
  private readonly deps: ExpiryDeps;
  private roles: ReadonlyMap<string, number> = new Map();
  private root: KeptRoot | undefined;
  /** Why the director's root could not be read or renewed. */
  private problem = '';
  private cancel: Cancel = () => {};
  private looking: Promise<void> = Promise.resolve();
  private stopped = false;

  constructor(deps: ExpiryDeps) {
    this.deps = deps;
    const director = deps.metrics.gauges({
      name: 'muster_director_root_expiry_timestamp_seconds',
      help: "When the director's root expires; devices install nothing after it.",
    });
    const releases = deps.metrics.gauges({
      name: 'muster_release_metadata_expiry_timestamp_seconds',
      help: 'When the published metadata of a role expires; devices install nothing after it.',
      labels: ['role'],
    });
    deps.metrics.onCollect(() => {
      if (this.root !== undefined) director.with({}).set(this.root.expires / 1_000);
      // A role that is taken back expires no more.
      releases.clear();
      for (const [role, at] of this.roles) releases.with({ role }).set(at / 1_000);
    });
  }

  async start(): Promise<void> {
    await this.look();
    this.next();
  }

  async stop(): Promise<void> {
    this.stopped = true;
    this.cancel();
    await this.looking;
  }

  /** Resolves when nothing is being looked at. */
  settled(): Promise<void> {
    return this.looking;
  }

  health(): ComponentHealth {
    const { problem, root } = this;
    const now = this.deps.clock.wall();
    if (problem !== '') return { name: 'director', status: 'degraded', detail: problem };
    const all: (readonly [string, number])[] = Array.from(this.roles, ([role, at]) => [
      `${role} of the releases`,
      at,
    ]);
    if (root !== undefined) all.push(["the director's root", root.expires]);
    const soon = all.filter(([, at]) => at - now < SOON_MS);
    if (soon.length > 0) {
      const detail = soon.map(([what, at]) => `${what} ${ends(at, now)}`).join(', ');
      return { name: 'director', status: 'degraded', detail };
    }
    const detail = root === undefined ? '' : `root ${root.version} until ${day(root.expires)}`;
    return { name: 'director', status: 'healthy', detail };
  }

  private async look(): Promise<void> {
    const { clock, log, root, source } = this.deps;
    try {
      this.root = await root.keep(Math.round(clock.wall()));
      this.problem = '';
      const { renewed, version, expires } = this.root;
      if (renewed) log.info("the director's root is renewed", { version, until: day(expires) });
    } catch (error) {
      const text = `the director's root cannot be kept: ${messageOf(error)}`;
      if (text !== this.problem) log.error(text);
      this.problem = text;
    }
    try {
      this.roles = await source.expiries();
    } catch (error) {
      // Who reads the releases complains of it.
      log.debug('releases: expiry is not known anew', { error: messageOf(error) });
    }
  }

  private next(): void {
    this.cancel = this.deps.clock.after(EVERY_MS, () => {
      this.looking = this.look().then(() => {
        if (!this.stopped) this.next();
      });
    });
  }
}

function ends(at: number, now: number): string {
  return at <= now ? `has expired on ${day(at)}` : `expires on ${day(at)}`;
}

function day(at: number): string {
  return new Date(at).toISOString().slice(0, 10);
}

function messageOf(error: unknown): string {
  return error instanceof Error ? error.message : String(error);
}
