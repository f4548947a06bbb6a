/**
 * Reports at fixed times. Which of them were sent to whom is durable; one that fell due while the
 * collector was down is sent late, once, if it is less than a day late.
 */
import { onCallEvent } from '../../core/oncall/events.ts';
import type { SummaryPolicy } from '../../core/oncall/policies.ts';
import type { AlertReport } from '../../core/oncall/report.ts';
import { lastDue, nextDue, spanOf } from '../../core/oncall/schedule.ts';
import type { Outcome } from '../../notifiers/notifier.ts';
import type { Cancel, Clock, Log } from '../../ports.ts';
import { KEEPING, type OnCallMemory } from './memory.ts';
import type { ReportWish } from './reports.ts';

const LATEST_MS = 86_400_000;
const RETRY_MS = 300_000;
/** A clock that was set must not make a report wait for its old time. */
const LOOK_MS = 600_000;

/** Durable: the run that is being told, or was told last. */
interface Progress {
  readonly due: number;
  /** `receiver channel` of those that have it. */
  readonly told: readonly string[];
  readonly done: boolean;
}

/** One channel of one receiver that can be told a report. */
export interface ReportChannel {
  readonly receiver: string;
  readonly name: string;
  report(report: AlertReport, signal: AbortSignal): Promise<Outcome>;
}

export interface SummariesDeps {
  readonly clock: Clock;
  readonly log: Log;
  readonly memory: OnCallMemory;
  readonly policies: () => readonly SummaryPolicy[];
  readonly report: (wish: ReportWish) => Promise<AlertReport>;
  /** Channels of these receivers that take reports. */
  readonly channels: (receivers: readonly string[]) => Promise<readonly ReportChannel[]>;
}

export class Summaries {
  private readonly deps: SummariesDeps;
  private readonly progress = new Map<string, Progress>();
  private readonly ending = new AbortController();
  private cancel: Cancel = () => {};
  private working: Promise<void> = Promise.resolve();

  constructor(deps: SummariesDeps) {
    this.deps = deps;
  }

  async restore(): Promise<void> {
    for await (const [name, one] of this.deps.memory.list<Progress>(KEEPING.summaries)) {
      this.progress.set(name, one);
    }
  }

  start(): void {
    this.lookIn(0);
  }

  async stop(): Promise<void> {
    this.ending.abort(new Error('the collector stops'));
    this.cancel();
    await this.working;
  }

  private lookIn(delayMs: number): void {
    if (this.ending.signal.aborted) return;
    this.cancel();
    this.cancel = this.deps.clock.after(delayMs, () => {
      this.working = this.look().catch((error: unknown) => {
        this.deps.log.error('summaries failed', { error: String(error) });
        this.lookIn(RETRY_MS);
      });
    });
  }

  private async look(): Promise<void> {
    let wait = LOOK_MS;
    for (const policy of this.deps.policies()) {
      const done = await this.serve(policy);
      const now = this.deps.clock.wall();
      wait = Math.min(wait, done ? nextDue(policy.schedule, now) - now : RETRY_MS);
    }
    this.lookIn(wait);
  }

  /** True when nothing is left to send before the next time. */
  private async serve(policy: SummaryPolicy): Promise<boolean> {
    const { name, schedule } = policy;
    const now = this.deps.clock.wall();
    const due = lastDue(schedule, now);
    const known = this.progress.get(name);
    // A policy that is new begins with its next time.
    if (known === undefined) return this.note(name, { due, told: [], done: true });
    const progress = due > known.due ? { due, told: [], done: false } : known;
    if (progress.done) return true;
    if (now - progress.due >= LATEST_MS) {
      this.deps.log.warn('summary left out: it is over a day late', { summary: name });
      return this.note(name, { ...progress, done: true });
    }
    return this.send(policy, progress);
  }

  private async send(policy: SummaryPolicy, progress: Progress): Promise<boolean> {
    const { name, schedule, matchers, receivers } = policy;
    const { due } = progress;
    await this.note(name, progress);
    const idempotencyKey = `summary/${name}/${new Date(due).toISOString()}`;
    const span = spanOf(schedule, due);
    const wish = { name, idempotencyKey, zone: schedule.zone, ...span, matchers };
    const report = await this.deps.report(wish);
    const channels = await this.deps.channels(receivers);
    if (channels.length === 0) {
      this.deps.log.warn('no receiver of this summary can take one', { summary: name });
    }
    const told = [...progress.told];
    let failed = false;
    for (const channel of channels) {
      const id = `${channel.receiver} ${channel.name}`;
      if (told.includes(id)) continue;
      const outcome = await channel.report(report, this.ending.signal);
      if (this.ending.signal.aborted && !outcome.ok) return false;
      // What is refused for good is not tried again.
      if (outcome.ok || !outcome.retry) told.push(id);
      else failed = true;
      await this.tell(name, idempotencyKey, channel, outcome, {
        due,
        told: [...told],
        done: false,
      });
    }
    if (!failed) await this.note(name, { due, told, done: true });
    return !failed;
  }

  private async tell(
    name: string,
    key: string,
    channel: ReportChannel,
    outcome: Outcome,
    progress: Progress,
  ): Promise<void> {
    const { clock, log } = this.deps;
    const { receiver, name: integration } = channel;
    const said = outcome.ok ? (outcome.detail ?? '') : outcome.reason;
    const data = { summary: name, receiver, integration, key, detail: said };
    if (!outcome.ok) log.warn('summary failed', { summary: name, receiver, reason: said });
    const event = onCallEvent(outcome.ok ? 'reported' : 'report-failed', clock.wall(), [], data);
    await this.note(name, progress, [event]);
  }

  private async note(
    name: string,
    progress: Progress,
    events: Parameters<OnCallMemory['keep']>[1] = [],
  ): Promise<true> {
    await this.deps.memory.keep([[KEEPING.summaries + name, progress]], events);
    this.progress.set(name, progress);
    return true;
  }
}
