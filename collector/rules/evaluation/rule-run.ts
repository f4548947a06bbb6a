/** A rule with what it remembers between evaluations: its alerts, its series, its health. */
import type { Alert } from '../../core/alerting/alert.ts';
import type { LabelSet } from '../../core/label-set.ts';
import type { VectorSample } from '../../core/query/engine.ts';
import type { Rule } from '../model.ts';
import { alertSamples } from './alert-series.ts';
import type { AlertInstance } from './alert-state.ts';
import { type ActiveAlerts, advanceAll } from './alerting.ts';
import { Candidates } from './candidates.ts';
import { messageOf, RuleError } from './errors.ts';
import { asksDevices } from './hold.ts';
import { recorded } from './recording.ts';
import { generatorUrl, isDue, toSend } from './sending.ts';
import { ended, NOTHING_WRITTEN, seriesOf, type WrittenSeries } from './stale.ts';
import type { AlertChanges, RuleWorld } from './world.ts';

export interface RunTerms {
  /** The evaluation's own time, UTC milliseconds. */
  readonly now: number;
  /** How long before it the data is looked at. */
  readonly offsetMs: number;
  readonly intervalMs: number;
  readonly resendMs: number;
  readonly limit: number;
}

export interface RunResult {
  readonly samples: number;
  readonly error: string | undefined;
}

export class RuleRun {
  readonly rule: Rule;
  private alerts: ActiveAlerts = new Map();
  private written: WrittenSeries = NOTHING_WRITTEN;
  /** What could not be made durable yet. */
  private owed = new Map<string, AlertInstance | undefined>();
  private readonly candidates: Candidates | undefined;
  /** Whether its data comes from devices, some of it late. */
  readonly asksDevices: boolean;

  constructor(rule: Rule) {
    this.rule = rule;
    this.asksDevices = asksDevices(rule.expr);
    if (rule.kind === 'alerting') this.candidates = new Candidates(rule);
  }

  /** Alerts that are not over: pending and firing ones, and those resolved of late. */
  get instances(): ActiveAlerts {
    return this.alerts;
  }

  /** Takes over what the rule was before a reload. */
  adopt(before: RuleRun): void {
    this.alerts = before.alerts;
    this.written = before.written;
    this.owed = before.owed;
  }

  /** What a restart knows; its series are taken for written, so that they end when it is over. */
  restore(alerts: ActiveAlerts): void {
    this.alerts = alerts;
    this.written = seriesOf([...alerts.values()].flatMap((alert) => [...alertSamples(alert, 0)]));
  }

  async evaluate(world: RuleWorld, terms: RunTerms): Promise<RunResult> {
    const problems: string[] = [];
    let samples: readonly VectorSample[] | undefined;
    try {
      samples = await this.yielded(world, terms);
    } catch (error) {
      problems.push(messageOf(error));
      if (error instanceof RuleError && error.forgets) this.forgetAll();
    }
    await attempt(problems, () => this.settle(world));
    await attempt(problems, () => this.send(world, terms));
    if (samples !== undefined) await attempt(problems, () => this.put(world, samples, terms));
    return { samples: samples?.length ?? 0, error: problems[0] };
  }

  /** Ends the series of a rule that is gone; its alerts are resolved. */
  async retire(world: RuleWorld, terms: RunTerms): Promise<void> {
    const { now } = terms;
    const over = [...this.alerts].flatMap(([key, alert]) => {
      this.owed.set(key, undefined);
      const isOver = alert.state === 'resolved' || alert.state === 'pending';
      return isOver ? [] : [{ ...alert, state: 'resolved' as const, resolvedAt: now }];
    });
    this.alerts = new Map();
    await world.notify(over.map((alert) => toSend(alert, now, this.sendingTerms(world, terms))));
    await this.settle(world);
    await world.write([], ended(this.written, NOTHING_WRITTEN), now - terms.offsetMs);
    this.written = NOTHING_WRITTEN;
  }

  private async yielded(world: RuleWorld, terms: RunTerms): Promise<readonly VectorSample[]> {
    const { rule } = this;
    const { now, offsetMs, limit } = terms;
    const time = now - offsetMs;
    const vector = await world.query(rule.query, time);
    if (rule.kind === 'recording') return recorded(rule, vector, limit, time);
    const found = (await this.candidates?.of(vector, world, time)) ?? new Map();
    const isSilent = (labels: LabelSet) => world.isSilent(rule, labels);
    const { active, changes } = advanceAll(rule, this.alerts, found, { now, limit, isSilent });
    this.alerts = active;
    this.owe(changes);
    return [...active.values()].flatMap((alert) => [...alertSamples(alert, time)]);
  }

  private forgetAll(): void {
    this.owe(new Map([...this.alerts.keys()].map((key) => [key, undefined])));
    this.alerts = new Map();
  }

  private owe(changes: AlertChanges): void {
    for (const [key, alert] of changes) this.owed.set(key, alert);
  }

  /** Hands on what is due; also when the expression failed, since nobody knows the alerts over. */
  async send(world: RuleWorld, terms: RunTerms): Promise<void> {
    const { now, resendMs } = terms;
    const due = [...this.alerts].filter(([, alert]) => isDue(alert, now, resendMs));
    if (due.length === 0) return;
    const sending = this.sendingTerms(world, terms);
    const alerts: Alert[] = due.map(([, alert]) => toSend(alert, now, sending));
    await world.notify(alerts);
    const sent = due.map(([key, alert]) => [key, { ...alert, sentAt: now }] as const);
    this.alerts = new Map([...this.alerts, ...sent]);
  }

  private async settle(world: RuleWorld): Promise<void> {
    if (this.owed.size === 0) return;
    await world.remember(this.rule, this.owed);
    this.owed = new Map();
  }

  private sendingTerms(world: RuleWorld, { resendMs, intervalMs }: RunTerms) {
    const url = generatorUrl(world.externalUrl, this.rule.query);
    return { resendMs, intervalMs, generatorUrl: url };
  }

  private async put(
    world: RuleWorld,
    samples: readonly VectorSample[],
    { now, offsetMs }: RunTerms,
  ): Promise<void> {
    const written = seriesOf(samples);
    const gone = ended(this.written, written);
    if (samples.length + gone.length > 0) await world.write(samples, gone, now - offsetMs);
    this.written = written;
  }
}

async function attempt(problems: string[], action: () => Promise<void>): Promise<void> {
  try {
    await action();
  } catch (error) {
    problems.push(messageOf(error));
  }
}
