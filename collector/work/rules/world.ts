/** What an evaluation asks of its surroundings, answered by the collector's ports. */
import type { Alert } from '../../core/alerting/alert.ts';
import type { LabelSet } from '../../core/label-set.ts';
import type { Engine, VectorSample } from '../../core/query/engine.ts';
import { QueryError } from '../../core/query/types.ts';
import { STALE_BITS } from '../../core/stale.ts';
import type { AlertSink } from '../../ports/alerts.ts';
import type { DeviceFreshness } from '../../ports/rules.ts';
import type { SampleSink, WrittenSeries } from '../../ports/samples.ts';
import type { Clock, Log } from '../../ports.ts';
import { RuleError } from '../../rules/evaluation/errors.ts';
import { mustHold, subjectOf } from '../../rules/evaluation/hold.ts';
import { asVector } from '../../rules/evaluation/vector.ts';
import type { AlertChanges, RuleWorld } from '../../rules/evaluation/world.ts';
import type { Rule, RuleGroup } from '../../rules/model.ts';
import type { RuleMemory } from './memory.ts';
import type { RuleSettings } from './settings.ts';

export interface WorldDeps {
  readonly clock: Clock;
  readonly log: Log;
  readonly engine: Engine;
  readonly samples: SampleSink;
  readonly alerts: AlertSink;
  readonly memory: RuleMemory;
  readonly freshness: DeviceFreshness;
  /** Lets ingest have its turn. */
  readonly breathe: () => Promise<void>;
  readonly settings: () => RuleSettings;
}

/** The world of one group. */
export class GroupWorld implements RuleWorld {
  private readonly deps: WorldDeps;
  private readonly group: RuleGroup;
  /** The round at hand, UTC milliseconds. */
  at = 0;

  constructor(deps: WorldDeps, group: RuleGroup) {
    this.deps = deps;
    this.group = group;
  }

  get externalLabels(): Readonly<Record<string, string>> {
    return this.deps.settings().externalLabels;
  }

  get externalUrl(): string {
    return this.deps.settings().externalUrl;
  }

  async query(expression: string, at: number): Promise<readonly VectorSample[]> {
    const { engine, clock, breathe } = this.deps;
    const { lookbackMs, maxSamples, timeoutMs } = this.deps.settings();
    const controller = new AbortController();
    const cancel = clock.after(timeoutMs, () =>
      controller.abort(new QueryError('timeout', 'query timed out in expression evaluation')),
    );
    try {
      const { signal } = controller;
      const options = { lookbackMs, maxSamples, breathe, signal };
      return asVector((await engine.instant(expression, at, options)).value);
    } finally {
      cancel();
    }
  }

  async write(
    samples: readonly VectorSample[],
    ended: readonly LabelSet[],
    time: number,
  ): Promise<void> {
    const floats = samples.filter(({ histogram }) => histogram === undefined);
    const rows = [...floats.map(oneSample), ...ended.map((labels) => oneMarker(labels, time))];
    const { refused } = await this.deps.samples.write(rows);
    if (floats.length < samples.length) {
      const count = samples.length - floats.length;
      throw new RuleError(`${count} native histograms were not recorded: the store holds numbers`);
    }
    if (refused > 0) throw new RuleError(`the store refused ${refused} samples: a limit on series`);
  }

  remember(rule: Rule, changes: AlertChanges): Promise<void> {
    return this.deps.memory.remember(this.group, rule, changes, this.at);
  }

  notify(alerts: readonly Alert[]): Promise<void> {
    return alerts.length === 0 ? Promise.resolve() : this.deps.alerts.put(alerts);
  }

  isSilent({ expr }: Rule, labels: LabelSet): boolean {
    const { freshness, settings } = this.deps;
    return settings().holdSilentDevices && mustHold(labels, subjectOf(expr), freshness);
  }

  breathe(): Promise<void> {
    return this.deps.breathe();
  }

  warn(message: string, { name }: Rule): void {
    this.deps.log.warn(message, { group: this.group.name, rule: name });
  }
}

function oneSample({ labels, time, value }: VectorSample): WrittenSeries {
  return { labels, times: Float64Array.of(time), values: Float64Array.of(value) };
}

function oneMarker(labels: LabelSet, time: number): WrittenSeries {
  const values = new Float64Array(new BigUint64Array([STALE_BITS]).buffer);
  return { labels, times: Float64Array.of(time), values };
}
