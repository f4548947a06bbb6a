/** Evaluates one group round after round, each at its own time; what comes too late is counted. */
import type { Cancel, Clock, Log } from '../../ports.ts';
import type { GroupRun, RoundReport } from '../../rules/evaluation/group-run.ts';
import { dueAtOrBefore, offsetOf, roundAt } from '../../rules/evaluation/schedule.ts';
import type { RuleMemory } from './memory.ts';
import type { Queue } from './queue.ts';
import type { GroupWorld } from './world.ts';

export interface LoopDeps {
  readonly clock: Clock;
  readonly log: Log;
  readonly queue: Queue;
  readonly memory: RuleMemory;
  readonly held: (key: string, report: RoundReport, missed: number) => void;
}

export class GroupLoop {
  readonly run: GroupRun;
  readonly world: GroupWorld;
  private readonly deps: LoopDeps;
  private readonly offset: number;
  private last = 0;
  private cancel: Cancel | undefined;
  private underWay: Promise<void> | undefined;
  private stopped = false;

  constructor(run: GroupRun, world: GroupWorld, deps: LoopDeps) {
    this.run = run;
    this.world = world;
    this.deps = deps;
    this.offset = offsetOf(run.group.key, run.intervalMs);
  }

  /** When the first round after `now` is due. */
  firstRound(now: number): number {
    return dueAtOrBefore(now, this.run.intervalMs, this.offset) + this.run.intervalMs;
  }

  /** `last`: the round of the loop that this one takes over from. */
  start(last?: number): void {
    const { intervalMs } = this.run;
    this.last = last ?? dueAtOrBefore(this.deps.clock.wall(), intervalMs, this.offset);
    this.wait();
  }

  get lastRound(): number {
    return this.last;
  }

  /** Resolves when the round under way has ended. */
  async stop(): Promise<void> {
    this.stopped = true;
    this.cancel?.();
    await this.underWay;
  }

  private wait(): void {
    const { clock } = this.deps;
    const now = clock.wall();
    const next = dueAtOrBefore(now, this.run.intervalMs, this.offset) + this.run.intervalMs;
    const isOverdue = roundAt(now, this.last, this.run.intervalMs, this.offset) !== undefined;
    this.cancel = clock.after(isOverdue ? 0 : Math.max(0, next - now), () => {
      this.underWay = this.round().finally(() => {
        this.underWay = undefined;
        if (!this.stopped) this.wait();
      });
    });
  }

  private async round(): Promise<void> {
    const { queue, log } = this.deps;
    try {
      await queue.run(() => this.hold());
    } catch (error) {
      log.error('a round of rules failed', { group: this.run.group.name, error: String(error) });
    }
  }

  /** The time is taken when it is this group's turn: what passed in the queue is missed. */
  private async hold(): Promise<void> {
    if (this.stopped) return;
    const { clock, memory, held, log } = this.deps;
    const { run, world } = this;
    const round = roundAt(clock.wall(), this.last, run.intervalMs, this.offset);
    if (round === undefined) return;
    this.last = round.at;
    world.at = round.at;
    const { key, name } = run.group;
    if (round.missed > 0) {
      log.warn('rounds of rules were missed', { group: name, missed: round.missed });
    }
    // A note that cannot be written must not keep anybody from being told.
    if (run.isWaiting) {
      await memory
        .rememberRound(run.group, round.at)
        .catch((error: unknown) =>
          log.warn('the round was not recorded', { group: name, error: String(error) }),
        );
    }
    held(key, await run.evaluate(world, round.at, () => clock.mono() / 1000), round.missed);
  }
}
