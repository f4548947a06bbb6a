/**
 * A device that is told what to run: the real reconciler on a clock of its own, with facts that
 * outlive it and a configuration that can be refused, be sick or kill the agent.
 */
import type { Applied } from '../../../agent/work/reconciling/reconciling.ts';
import { Reconciling } from '../../../agent/work/reconciling/reconciling.ts';
import { encodeDesired } from '../../../protocol/messages/desired.ts';
import type { Overall } from '../../../protocol/messages/health.ts';
import { decodeReported, type Reported } from '../../../protocol/messages/reported.ts';
import type { FlagValue, Tree } from '../../../protocol/messages/tree.ts';
import { type MemoryFacts, memoryFacts } from '../facts/memory-facts.ts';
import { FakeClock } from '../fake-clock.ts';
import { silentLog } from '../silent-log.ts';

/** Where a life ends: at the so-manieth change of the facts, before or after it is made. */
export interface Crash {
  readonly change: number;
  readonly after: boolean;
}

export interface World {
  readonly texts: Map<string, string>;
  readonly clock: FakeClock;
  /** What the device's own file does not take. */
  refuses: (tree: Tree) => string | undefined;
  health: (tree: Tree) => Overall;
  linkUp: (tree: Tree) => boolean;
  sampling: (tree: Tree) => boolean;
  readonly events: string[];
  readonly flagWrites: { version: number; values: object }[];
}

export function world(): World {
  return {
    texts: new Map(),
    clock: new FakeClock(1_000_000),
    refuses: (tree) => (tree['bad'] === true ? 'bad' : undefined),
    health: (tree) => (tree['sick'] === true ? 'unhealthy' : 'healthy'),
    linkUp: (tree) => tree['cut'] !== true,
    sampling: (tree) => tree['blind'] !== true,
    events: [],
    flagWrites: [],
  };
}

/** One life of the agent on that device. */
export class Device {
  readonly world: World;
  readonly facts: MemoryFacts;
  readonly reconciling: Reconciling;
  /** What the running agent has over its own file. */
  running: Tree = {};
  readonly applied: Tree[] = [];
  published = 0;
  dead = false;

  constructor(of: World, crash?: Crash) {
    this.world = of;
    this.facts = this.mortal(memoryFacts(of.texts), crash);
    this.reconciling = new Reconciling({
      clock: of.clock,
      log: silentLog,
      journal: {
        now: () => of.clock.wall(),
        event: ({ name, attributes }) => {
          if (!this.dead) of.events.push(`${name} ${attributes?.['version'] ?? ''}`);
          return Promise.resolve();
        },
        report: () => Promise.resolve(),
        result: () => Promise.resolve(),
      },
      facts: this.facts,
      apply: (tree) => this.apply(tree),
      effective: () => this.running,
      declared: () => ({ checks: ['web'], tasks: ['tidy'], commands: ['ping'] }),
      packages: () => [],
      directed: () => undefined,
      giveFlags: (flags) => {
        of.flagWrites.push({ ...flags });
        return Promise.resolve();
      },
      changed: () => {
        this.published++;
      },
      // A device that samples gives a row every second.
      samples: () => (of.sampling(this.running) ? of.clock.mono() / 1000 : 0),
      linkUp: () => of.linkUp(this.running),
      overall: () => of.health(this.running),
    });
  }

  reported(): Reported {
    const decoded = decodeReported(this.reconciling.reported());
    if (!decoded.ok) throw new Error(decoded.error.at);
    return decoded.value;
  }

  want(
    version: number,
    config: Tree,
    flags: Readonly<Record<string, FlagValue>> = {},
    graceMs = 60_000,
  ): Promise<void> {
    return this.reconciling.received(desiredBytes(version, config, flags, graceMs));
  }

  /** Its timers must not touch the next life. */
  kill(): void {
    this.dead = true;
    this.reconciling.stop();
  }

  private apply(tree: Tree): Promise<Applied> {
    if (this.dead) return new Promise(() => undefined);
    const why = this.world.refuses(tree);
    if (why !== undefined) return Promise.resolve({ problems: [{ path: why, message: 'no' }] });
    this.running = tree;
    this.applied.push(tree);
    return Promise.resolve({ restartNeeded: [] });
  }

  private mortal(inner: MemoryFacts, crash: Crash | undefined): MemoryFacts {
    let changes = 0;
    const change = async (act: () => Promise<void>): Promise<void> => {
      const isLast = crash !== undefined && ++changes === crash.change;
      // A write takes its time, in which everything that does not wait for it would happen.
      for (let turn = 0; turn < 5; turn++) await Promise.resolve();
      if (!this.dead && (!isLast || crash.after)) await act();
      if (isLast) this.kill();
      if (this.dead) await new Promise(() => undefined);
    };
    const facts: MemoryFacts = {
      ...inner,
      put: (name, text) => change(() => inner.put(name, text)),
      remove: (name) => change(() => inner.remove(name)),
    };
    Object.defineProperty(facts, 'failing', {
      get: () => inner.failing,
      set: (error: Error | undefined) => {
        inner.failing = error;
      },
    });
    return facts;
  }
}

export function desiredBytes(
  version: number,
  config: Tree,
  flags: Readonly<Record<string, FlagValue>> = {},
  graceMs = 60_000,
): Uint8Array {
  return encodeDesired({
    version,
    issuedAt: 0,
    config,
    flags: new Map(Object.entries(flags)),
    packages: [],
    graceMs,
  });
}
