/**
 * Writes what rollouts have come to, all of a moment in one atomic write, and only then tells devices
 * and listeners. What the disk refuses stays, and goes with the next try.
 */
import type { LogLine } from '../../core/rollouts/record.ts';
import type { Rollout } from '../../core/rollouts/rollout.ts';
import type { Wanting } from '../../ports/rollouts.ts';
import type { Log } from '../../ports.ts';
import type { FleetMemory } from '../fleet/memory.ts';
import { devicesOf, rolloutKey } from './keys.ts';
import type { Change, Wants } from './wants.ts';

export interface WritingDeps {
  readonly log: Log;
  readonly memory: FleetMemory;
  readonly wants: Wants;
  readonly wanting: Wanting;
  readonly rollouts: () => Iterable<Rollout>;
  /** It is durable. */
  readonly happened: (rollout: string, line: LogLine) => void;
  /** Those that have ended need no memory any more. */
  readonly written: () => void;
}

export class Writing {
  private readonly deps: WritingDeps;
  private entries = new Map<string, object | undefined>();
  private changes: Change[] = [];
  private news: (readonly [string, LogLine])[] = [];
  private work: Promise<void> | undefined;
  /** Why the disk refuses what rollouts come to; empty while it does not. */
  refusal = '';

  constructor(deps: WritingDeps) {
    this.deps = deps;
  }

  /** Resolves when all that is so far is durable and told; rejects when the disk refuses it. */
  async flush(): Promise<void> {
    // What is being written now may not hold all of it.
    await this.work?.catch(() => undefined);
    this.work ??= this.drain().finally(() => {
      this.work = undefined;
    });
    await this.work;
  }

  private async drain(): Promise<void> {
    for (;;) {
      this.collect();
      if (this.entries.size + this.changes.length + this.news.length === 0) return;
      const { entries, changes, news } = this;
      const planned = this.deps.wants.plan(changes);
      this.entries = new Map();
      this.changes = [];
      this.news = [];
      try {
        await this.deps.memory.keep([...entries, ...this.deps.wants.entries(planned)]);
      } catch (error) {
        this.entries = new Map([...entries, ...this.entries]);
        this.changes = [...changes, ...this.changes];
        this.news = [...news, ...this.news];
        this.complain(error);
        throw error;
      }
      this.refusal = '';
      this.deps.wants.apply(planned);
      for (const { device, packages, rollout } of changes)
        this.deps.wanting.want(device, packages, rollout);
      for (const [rollout, line] of news) this.deps.happened(rollout, line);
      this.deps.written();
    }
  }

  private collect(): void {
    for (const rollout of this.deps.rollouts()) {
      if (!rollout.changed) continue;
      const { id, plan } = rollout.record;
      const { record, devices, wants, news } = rollout.takeChanges();
      if (record !== undefined) this.entries.set(rolloutKey(id), record);
      for (const [device, one] of devices) this.entries.set(devicesOf(id) + device, one);
      const names = plan.packages.map(({ name }) => name);
      for (const { device, packages } of wants)
        this.changes.push({ device, rollout: id, names, packages });
      for (const line of news) this.news.push([id, line]);
    }
  }

  private complain(error: unknown): void {
    const text = String(error);
    if (this.refusal === '')
      this.deps.log.error('rollouts: not written, to be tried again', { error: text });
    this.refusal = text;
  }
}
