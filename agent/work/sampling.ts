/**
 * The sampling loop: every group of samplers on its own interval, none waiting for another.
 *
 * Samplers that answer at once are read in one go. One that answers later joins the row of its
 * tick; one that does not answer in time counts as failed and is not asked again until it answers,
 * so that a hung mount costs one pending call and nothing else.
 */
import { LIMITS } from '../../protocol/limits.ts';
import { emptyRow, type Row, samplesOf } from '../core/rows.ts';
import type { Series, SeriesTable } from '../core/series.ts';
import type { Cancel, Clock, Host, Log } from '../ports.ts';
import type { Emit, Metric, Options, Sampler } from '../samplers/sampler.ts';
import { DURATION, SUCCESS } from './sampler-metrics.ts';

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

/** What a sampler left behind; it outlives a change of the plan. */
interface Memory {
  /** Series of its last reading, for telling which ended. */
  previous: readonly Series[];
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
  private readonly ended: Series[];
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
    this.ended = [...memories.values()].flatMap(({ previous }) => previous);
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
    const row = emptyRow(Math.round(this.deps.clock.mono()));
    for (const series of this.ended.splice(0)) end(series, row);
    this.deliver(row);
  }

  private deliver(row: Row): void {
    if (samplesOf(row) > 0) this.deps.deliver(row);
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
    const { clock } = this.deps;
    const mono = Math.round(clock.mono());
    const row = emptyRow(mono);
    const late: Promise<void>[] = [];
    for (const runner of runners) {
      const answer = this.run(runner, row);
      if (answer !== undefined) late.push(answer.then((own) => this.deliver(own)));
    }
    this.deliver(row);
    await Promise.all(late);
  }

  /** Reads one sampler into the row; what is not there yet comes as a row of its own. */
  private run(runner: Runner, row: Row): Promise<Row> | undefined {
    const { clock, host } = this.deps;
    if (runner.memory.pending) return this.fail(runner, row, 'still busy with an earlier reading');
    const started = clock.mono();
    try {
      const raw = runner.sampler.read(host, runner.options);
      if (!(raw instanceof Promise)) return this.take(runner, row, raw, started);
      runner.memory.pending = true;
      return this.await(runner, emptyRow(row.mono), raw, started);
    } catch (error) {
      return this.fail(runner, row, String(error));
    }
  }

  private async await(
    runner: Runner,
    row: Row,
    raw: Promise<unknown>,
    started: number,
  ): Promise<Row> {
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
    return row;
  }

  private take(runner: Runner, row: Row, raw: unknown, started: number): undefined {
    const reading = this.deps.table.beginReading();
    const from = row.series.length;
    const emit: Emit = (metric, value, labels) =>
      this.put(row, reading, runner.group, metric, value, labels);
    let problem: string | undefined;
    try {
      runner.sampler.parse(raw, emit, runner.options);
    } catch (error) {
      problem = String(error);
    }
    this.endMissing(runner, row, reading, from);
    this.report(runner, row, problem, this.deps.clock.mono() - started);
  }

  private fail(runner: Runner, row: Row, problem: string): undefined {
    this.endMissing(runner, row, this.deps.table.beginReading(), row.series.length);
    this.report(runner, row, problem, undefined);
  }

  private put(
    row: Row,
    reading: number,
    group: number,
    metric: Metric,
    value: number,
    labels: readonly string[] | undefined,
  ): void {
    const series = this.deps.table.find(metric, labels, group);
    if (series === undefined) return this.overflow();
    // A sampler that reports a series twice is wrong; the first value stands.
    if (series.reading === reading) return;
    series.last = value;
    series.reading = reading;
    row.series.push(series);
    row.values.push(value);
  }

  private overflow(): void {
    if (this.overflowed) return;
    this.overflowed = true;
    this.deps.log.error('too many series; further ones are left out', { limit: LIMITS.series });
  }

  /**
   * Series that were there at the last reading and are not now end with a staleness marker. Those of
   * this reading stand in the row behind `from`.
   */
  private endMissing({ memory }: Runner, row: Row, reading: number, from: number): void {
    const { previous } = memory;
    // Nearly always.
    let isSame = previous.length === row.series.length - from;
    for (const series of previous) {
      if (series.reading === reading) continue;
      isSame = false;
      end(series, row);
    }
    if (!isSame) memory.previous = row.series.slice(from);
  }

  private report(
    runner: Runner,
    row: Row,
    problem: string | undefined,
    durationMs: number | undefined,
  ): void {
    const { name } = runner.sampler;
    const reading = this.deps.table.beginReading();
    // A sampler that works says so by its samples; in `edge` only failures
    // and recoveries are told.
    if (this.detailed || problem !== undefined || runner.memory.failing) {
      this.put(row, reading, runner.group, SUCCESS, problem === undefined ? 1 : 0, [name]);
    }
    if (this.detailed && durationMs !== undefined) {
      this.put(row, reading, runner.group, DURATION, Math.round(durationMs * 1000) / 1e6, [name]);
    }
    if ((problem !== undefined) === runner.memory.failing) return;
    runner.memory.failing = problem !== undefined;
    if (problem === undefined) this.deps.log.info('sampler works again', { sampler: name });
    else this.deps.log.warn('sampler failed', { sampler: name, error: problem });
  }
}

function newMemory(): Memory {
  return { previous: [], pending: false, failing: false };
}

/** A staleness marker. */
function end(series: Series, row: Row): void {
  series.gone = true;
  row.ended.push(series);
}

function nextMultiple(interval: number, after: number): number {
  return (Math.floor(after / interval) + 1) * interval;
}

function noop(): void {
  // Nothing is scheduled yet.
}
