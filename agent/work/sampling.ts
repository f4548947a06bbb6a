/**
 * The sampling loop: every group of samplers on its own interval, none waiting for another.
 *
 * Samplers that answer at once are read in one go. One that answers later joins the row of its
 * tick; one that does not answer in time counts as failed and is not asked again until it answers,
 * so that a hung mount costs one pending call and nothing else.
 */
import { LIMITS } from '../../protocol/limits.ts';
import type { Cell, Row } from '../core/rows.ts';
import type { Series, SeriesTable } from '../core/series.ts';
import type { Cancel, Clock, Host, Log } from '../ports.ts';
import type { Emit, Metric, Options, Sampler } from '../samplers/sampler.ts';

export interface PlannedSampler {
  readonly sampler: Sampler;
  readonly options: Options;
  readonly intervalMs: number;
  readonly timeoutMs: number;
}

export interface SamplingDeps {
  readonly clock: Clock;
  readonly host: Host;
  readonly log: Log;
  readonly table: SeriesTable;
  /** Rows that are complete; called with rows of at least one cell. */
  readonly deliver: (row: Row) => void;
}

const SUCCESS: Metric = {
  name: 'node_scrape_collector_success',
  type: 'gauge',
  help: 'Whether a sampler succeeded.',
  labels: ['collector'],
};

const DURATION: Metric = {
  name: 'node_scrape_collector_duration_seconds',
  type: 'gauge',
  help: 'Seconds that a sampler took.',
  labels: ['collector'],
};

/** What a sampler left behind; it outlives a change of the plan. */
interface Memory {
  /** Series of its last reading, for telling which ended. */
  previous: Set<Series>;
  pending: boolean;
  failing: boolean;
}

interface Runner extends PlannedSampler {
  readonly group: number;
  readonly memory: Memory;
}

/** Timers are set in whole milliseconds. */
const EARLY_MS = 2;

export class Sampling {
  private readonly deps: SamplingDeps;
  private readonly groups: readonly {
    readonly intervalMs: number;
    readonly runners: readonly Runner[];
  }[];
  private readonly detailed: boolean;
  /** Of samplers that are no longer planned. */
  private readonly ended: Set<Series>;
  private cancels: Cancel[] = [];
  private overflowed = false;

  /** `before` is the sampling that this one takes over from. */
  constructor(
    deps: SamplingDeps,
    planned: readonly PlannedSampler[],
    detailed: boolean,
    before?: Sampling,
  ) {
    this.deps = deps;
    this.detailed = detailed;
    const memories = new Map(before?.memories());
    const intervals = [...new Set(planned.map(({ intervalMs }) => intervalMs))].sort(
      (a, b) => a - b,
    );
    this.groups = intervals.map((intervalMs, group) => ({
      intervalMs,
      runners: planned
        .filter((plan) => plan.intervalMs === intervalMs)
        .map((plan) => ({
          ...plan,
          group,
          memory: memories.get(plan.sampler.name) ?? newMemory(),
        })),
    }));
    for (const { sampler } of planned) memories.delete(sampler.name);
    this.ended = new Set([...memories.values()].flatMap(({ previous }) => [...previous]));
  }

  private memories(): [string, Memory][] {
    return this.groups.flatMap(({ runners }) =>
      runners.map(({ sampler, memory }): [string, Memory] => [sampler.name, memory]),
    );
  }

  /** Samples everything now, and then each group at whole multiples of its interval. */
  async start(): Promise<void> {
    this.endOthers();
    const first = this.groups.map(({ runners }) => this.tick(runners));
    const now = this.deps.clock.mono();
    for (const { intervalMs, runners } of this.groups) {
      const slot = this.cancels.push(noop) - 1;
      // The first multiple may be at hand: two samples next to each other would say nothing new.
      this.schedule(intervalMs, runners, slot, now + intervalMs / 2);
    }
    await Promise.all(first);
  }

  stop(): void {
    for (const cancel of this.cancels) cancel();
    this.cancels = [];
  }

  private endOthers(): void {
    const cells = [...this.ended].map(endOf);
    this.ended.clear();
    if (cells.length > 0) this.deps.deliver({ mono: Math.round(this.deps.clock.mono()), cells });
  }

  /**
   * One tick for each whole multiple of the interval. A timer may fire early, and after a pause of
   * the whole process at once, which must not make two ticks of one; a multiple that was slept
   * through, or that is at hand when a late tick is done, is left out.
   */
  private schedule(
    intervalMs: number,
    runners: readonly Runner[],
    slot: number,
    after: number,
  ): void {
    const { clock, log } = this.deps;
    const due = nextMultiple(intervalMs, after);
    this.cancels[slot] = clock.after(due - clock.mono(), () => {
      // More than a rounding early: the timer counted from a time before the pause.
      if (due - clock.mono() > EARLY_MS) return this.schedule(intervalMs, runners, slot, after);
      this.schedule(intervalMs, runners, slot, Math.max(due, clock.mono() + intervalMs / 4));
      this.tick(runners).catch((error: unknown) =>
        log.error('sampling failed', { error: String(error) }),
      );
    });
  }

  /**
   * One row of one group: delivered at once with what answered at once, and again for each sampler
   * that answers later, with the time of the tick.
   */
  private async tick(runners: readonly Runner[]): Promise<void> {
    const { clock, deliver } = this.deps;
    const mono = Math.round(clock.mono());
    const row: Row = { mono, cells: [] };
    const late: Promise<void>[] = [];
    for (const runner of runners) {
      const own: Row = { mono, cells: [] };
      const answer = this.run(runner, own);
      if (answer === undefined) row.cells.push(...own.cells);
      else late.push(answer.then(() => deliver(own)));
    }
    if (row.cells.length > 0) deliver(row);
    await Promise.all(late);
  }

  /** Reads one sampler; a promise when its answer is not there yet. */
  private run(runner: Runner, row: Row): Promise<void> | undefined {
    const { clock, host } = this.deps;
    if (runner.memory.pending) return this.fail(runner, row, 'still busy with an earlier reading');
    const started = clock.mono();
    try {
      const raw = runner.sampler.read(host, runner.options);
      if (!(raw instanceof Promise)) return this.take(runner, row, raw, started);
      runner.memory.pending = true;
      return this.await(runner, row, raw, started);
    } catch (error) {
      return this.fail(runner, row, String(error));
    }
  }

  private async await(
    runner: Runner,
    row: Row,
    raw: Promise<unknown>,
    started: number,
  ): Promise<void> {
    let cancel: Cancel = noop;
    const timeout = new Promise<'timeout'>((resolve) => {
      cancel = this.deps.clock.after(runner.timeoutMs, () => resolve('timeout'));
    });
    const settled = raw.then(
      (value) => ({ value }),
      (error: unknown) => ({ error: String(error) }),
    );
    void settled.then(() => {
      runner.memory.pending = false;
    });
    const outcome = await Promise.race([settled, timeout]);
    cancel();
    if (outcome === 'timeout') this.fail(runner, row, `no answer within ${runner.timeoutMs} ms`);
    else if ('error' in outcome) this.fail(runner, row, outcome.error);
    else this.take(runner, row, outcome.value, started);
  }

  private take(runner: Runner, row: Row, raw: unknown, started: number): undefined {
    const seen = new Set<Series>();
    const emit: Emit = (metric, value, labels) =>
      this.put(row, seen, runner.group, metric, value, labels);
    let problem: string | undefined;
    try {
      runner.sampler.parse(raw, emit, runner.options);
    } catch (error) {
      problem = String(error);
    }
    this.endMissing(runner, row, seen);
    this.report(runner, row, problem, this.deps.clock.mono() - started);
  }

  private fail(runner: Runner, row: Row, problem: string): undefined {
    this.endMissing(runner, row, new Set());
    this.report(runner, row, problem, undefined);
  }

  private put(
    row: Row,
    seen: Set<Series>,
    group: number,
    metric: Metric,
    value: number,
    labels: readonly string[] | undefined,
  ): void {
    const series = this.deps.table.find(metric, labels, group);
    if (series === undefined) return this.overflow();
    // A sampler that reports a series twice is wrong; the first value stands.
    if (seen.has(series)) return;
    series.last = value;
    seen.add(series);
    row.cells.push({ series, value, stale: false });
  }

  private overflow(): void {
    if (this.overflowed) return;
    this.overflowed = true;
    this.deps.log.error('too many series; further ones are left out', { limit: LIMITS.series });
  }

  /** Series that were there at the last reading and are not now end with a staleness marker. */
  private endMissing(runner: Runner, row: Row, seen: Set<Series>): void {
    for (const series of runner.memory.previous) {
      if (seen.has(series)) continue;
      row.cells.push(endOf(series));
    }
    runner.memory.previous = seen;
  }

  private report(
    runner: Runner,
    row: Row,
    problem: string | undefined,
    durationMs: number | undefined,
  ): void {
    const { name } = runner.sampler;
    const own = new Set<Series>();
    // A sampler that works says so by its samples; in `edge` only failures
    // and recoveries are told.
    if (this.detailed || problem !== undefined || runner.memory.failing) {
      this.put(row, own, runner.group, SUCCESS, problem === undefined ? 1 : 0, [name]);
    }
    if (this.detailed && durationMs !== undefined) {
      this.put(row, own, runner.group, DURATION, Math.round(durationMs * 1000) / 1e6, [name]);
    }
    if ((problem !== undefined) === runner.memory.failing) return;
    runner.memory.failing = problem !== undefined;
    if (problem === undefined) this.deps.log.info('sampler works again', { sampler: name });
    else this.deps.log.warn('sampler failed', { sampler: name, error: problem });
  }
}

function newMemory(): Memory {
  return { previous: new Set(), pending: false, failing: false };
}

/** A staleness marker. */
function endOf(series: Series): Cell {
  series.gone = true;
  return { series, value: 0, stale: true };
}

function nextMultiple(interval: number, after: number): number {
  return (Math.floor(after / interval) + 1) * interval;
}

function noop(): void {
  // Nothing is scheduled yet.
}
