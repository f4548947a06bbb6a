/**
 * What the collector does on its own clock: `up`, checkpoints, retention and rollups.
 */
import { forgetOldProblems } from '../core/problems.ts';
import type { Cancel, Clock, Journal, Log, SampleStore } from '../ports.ts';
import type { Directory } from './directory.ts';
import type { Memory } from './memory.ts';
import type { OwnSamples } from './own-samples.ts';

export interface UpkeepDeps {
  readonly clock: Clock;
  readonly log: Log;
  readonly journal: Journal;
  readonly store: SampleStore;
  readonly directory: Directory;
  readonly memory: Memory;
  readonly ownSamples: OwnSamples;
}

/** How often liveness is looked at; a change is recorded at once. */
const LOOK_MS = 1_000;
/** How often `up` is recorded when nothing changes; well inside Prometheus's look-back. */
const UP_MS = 15_000;
const CHECKPOINT_MS = 20 * 60_000;
/** A journal larger than this is checkpointed early. */
const JOURNAL_BYTES = 512 * 1024 * 1024;
/** But not over and over when that does not make it smaller. */
const CHECKPOINT_LEAST_MS = 60_000;
const MAINTAIN_MS = 60_000;

export class Upkeep {
  private readonly deps: UpkeepDeps;
  private readonly cancels = new Map<string, Cancel>();
  private readonly running = new Set<Promise<void>>();
  private upAt = Number.NEGATIVE_INFINITY;
  private checkpointAt: number;

  constructor(deps: UpkeepDeps) {
    this.deps = deps;
    this.checkpointAt = deps.clock.mono();
  }

  start(): void {
    this.every('liveness', LOOK_MS, () => this.watchLiveness());
    this.every('checkpoint', LOOK_MS, () => this.watchJournal());
    this.every('maintenance', MAINTAIN_MS, () => this.maintain());
  }

  /** Resolves when what is under way has ended. */
  async stop(): Promise<void> {
    for (const cancel of this.cancels.values()) cancel();
    this.cancels.clear();
    await Promise.all(this.running);
  }

  /** Runs a job again and again, never twice at once; a failure is logged and tried again. */
  private every(name: string, ms: number, job: () => Promise<void>): void {
    let failing = false;
    const run = () => {
      const round = job()
        .then(
          () => {
            if (failing) this.deps.log.info(`${name} works again`);
            failing = false;
          },
          (error: unknown) => {
            if (!failing) this.deps.log.error(`${name} failed`, { error: String(error) });
            failing = true;
          },
        )
        .finally(() => {
          this.running.delete(round);
          if (this.cancels.has(name)) this.cancels.set(name, this.deps.clock.after(ms, run));
        });
      this.running.add(round);
    };
    this.cancels.set(name, this.deps.clock.after(ms, run));
  }

  private async watchLiveness(): Promise<void> {
    const { clock, ownSamples } = this.deps;
    const due = clock.mono() - this.upAt >= UP_MS;
    const at = clock.mono();
    await ownSamples.record(Math.round(clock.wall()), due);
    if (due) this.upAt = at;
  }

  private async watchJournal(): Promise<void> {
    const { clock, journal, memory } = this.deps;
    const since = clock.mono() - this.checkpointAt;
    const due =
      since >= CHECKPOINT_MS ||
      (since >= CHECKPOINT_LEAST_MS && journal.stats().bytes > JOURNAL_BYTES);
    if (!due) return;
    await memory.checkpoint();
    this.checkpointAt = clock.mono();
  }

  private async maintain(): Promise<void> {
    const { clock, store, directory } = this.deps;
    const now = clock.wall();
    for (const device of directory.all()) {
      if (forgetOldProblems(device, now)) directory.touch(device);
    }
    await store.maintain(now);
  }
}
