/** A group at work: its rules one after the other, each seeing what those before it wrote. */
import type { Rule, RuleGroup } from '../model.ts';
import { RuleRun, type RunTerms } from './rule-run.ts';
import type { RuleWorld } from './world.ts';

export type Health = 'unknown' | 'ok' | 'err';

export interface RuleStatus {
  readonly rule: Rule;
  readonly run: RuleRun;
  readonly health: Health;
  readonly lastError: string;
  /** UTC milliseconds; absent before the first. */
  readonly lastEvaluation?: number;
  readonly evaluationSeconds: number;
}

export interface GroupOptions {
  readonly intervalMs: number;
  readonly queryOffsetMs: number;
  readonly resendMs: number;
}

/** What one round did, for the counters. */
export interface RoundReport {
  readonly evaluated: number;
  readonly failed: number;
  readonly samples: number;
  readonly seconds: number;
}

export class GroupRun {
  readonly group: RuleGroup;
  readonly intervalMs: number;
  private readonly options: GroupOptions;
  private statuses: RuleStatus[];
  /** The last round that was held. */
  lastRound: (RoundReport & { readonly at: number }) | undefined;

  constructor(group: RuleGroup, options: GroupOptions) {
    this.group = group;
    this.options = options;
    this.intervalMs = group.intervalMs ?? options.intervalMs;
    this.statuses = group.rules.map(unseen);
  }

  get rules(): readonly RuleStatus[] {
    return this.statuses;
  }

  /** Takes over the state of the same rules, and takes them out of the pool. By the rules' keys. */
  adopt(pool: Map<string, RuleStatus>): void {
    this.statuses = this.statuses.map((status) => {
      const { key } = status.rule;
      const same = pool.get(key);
      if (same === undefined) return status;
      pool.delete(key);
      status.run.adopt(same.run);
      return { ...same, rule: status.rule, run: status.run };
    });
  }

  /** `seconds` is any monotonic clock. */
  async evaluate(world: RuleWorld, now: number, seconds: () => number): Promise<RoundReport> {
    const begun = seconds();
    let [failed, samples] = [0, 0];
    for (const [index, { run, rule }] of this.statuses.entries()) {
      const from = seconds();
      const result = await run.evaluate(world, this.terms(now, run));
      samples += result.samples;
      if (result.error !== undefined) failed++;
      this.statuses[index] = {
        rule,
        run,
        health: result.error === undefined ? 'ok' : 'err',
        lastError: result.error ?? '',
        lastEvaluation: now,
        evaluationSeconds: seconds() - from,
      };
    }
    const evaluated = this.statuses.length;
    const report = { evaluated, failed, samples, seconds: seconds() - begun };
    this.lastRound = { ...report, at: now };
    return report;
  }

  /** Whether an alert waits for its `for`: then a restart has to know when somebody last looked. */
  get isWaiting(): boolean {
    return this.statuses.some(({ run }) =>
      [...run.instances.values()].some(({ state }) => state === 'pending'),
    );
  }

  /** Tells again the alerts that were restored, before anything is evaluated. */
  async announce(world: RuleWorld, now: number): Promise<void> {
    for (const { run } of this.statuses) await run.send(world, this.terms(now, run));
  }

  /** What the collector knows by itself is never late: such a rule needs no offset. */
  terms(now: number, { asksDevices }: Pick<RuleRun, 'asksDevices'>): RunTerms {
    const { limit, queryOffsetMs } = this.group;
    const { resendMs } = this.options;
    const offsetMs = queryOffsetMs ?? (asksDevices ? this.options.queryOffsetMs : 0);
    return { now, offsetMs, intervalMs: this.intervalMs, resendMs, limit };
  }
}

function unseen(rule: Rule): RuleStatus {
  const run = new RuleRun(rule);
  return { rule, run, health: 'unknown', lastError: '', evaluationSeconds: 0 };
}
