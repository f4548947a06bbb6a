/** Watches the collector's own load and says when another size would fit: log, event, metric, API. */
import {
  type CapacityState,
  NO_CAPACITY_STATE,
  observeLoad,
  type ScalingAdvice,
  scalingAdvice,
} from '../core/capacity.ts';
import type { Metrics } from '../core/metrics.ts';
import type { CapacityView, LoadMeter } from '../ports/capacity.ts';
import type { Bus, Cancel, Clock, Log, SampleStore } from '../ports.ts';
import type { IngestCounts } from './counts.ts';

export interface CapacityDeps {
  readonly clock: Clock;
  readonly log: Log;
  readonly metrics: Metrics;
  readonly meter: LoadMeter;
  readonly bus: Pick<Bus, 'stats'>;
  readonly store: Pick<SampleStore, 'stats'>;
  readonly counts: IngestCounts;
  readonly seriesLimit: () => number;
  /** How many collectors share the fleet, this one included. */
  readonly collectors: () => number;
  /** Advice began or ended. */
  readonly changed: (advice: ScalingAdvice, begins: boolean) => void;
}

const EVERY_MS = 15_000;

export class Capacity {
  private readonly deps: CapacityDeps;
  private state: CapacityState = NO_CAPACITY_STATE;
  private advised: readonly ScalingAdvice[] = [];
  private timer: Cancel = () => undefined;
  private stopped = false;

  constructor(deps: CapacityDeps) {
    this.deps = deps;
    this.instrument();
  }

  start(): void {
    this.timer = this.deps.clock.after(EVERY_MS, () => void this.round());
  }

  stop(): void {
    this.stopped = true;
    this.timer();
  }

  view(): CapacityView {
    const { last } = this.state;
    return { ...(last && { reading: last }), advice: this.advised };
  }

  /** One look; never rejects. */
  async look(): Promise<void> {
    const { clock, meter, bus, store, counts, seriesLimit, collectors, log } = this.deps;
    try {
      const load = await meter.read();
      const { connections } = bus.stats();
      const { series } = store.stats();
      const refused = counts.deferred.storage + counts.deferred.overload;
      const own = { connections, series, seriesLimit: seriesLimit(), refused };
      this.state = observeLoad(this.state, { at: clock.wall(), ...load, ...own }, collectors());
      this.tell(scalingAdvice(this.state, collectors()));
    } catch (error) {
      log.warn('the collector could not look at its own load', { error: String(error) });
    }
  }

  private async round(): Promise<void> {
    await this.look();
    if (!this.stopped) this.start();
  }

  private tell(advice: readonly ScalingAdvice[]): void {
    const before = this.advised;
    this.advised = advice;
    for (const one of advice) if (!has(before, one)) this.change(one, true);
    for (const one of before) if (!has(advice, one)) this.change(one, false);
  }

  private change(one: ScalingAdvice, begins: boolean): void {
    const { direction, resource, text } = one;
    const fields = { direction, resource, figures: text };
    if (begins) this.deps.log.warn('the collector should be scaled', fields);
    else this.deps.log.info('the collector need not be scaled any more', fields);
    this.deps.changed(one, begins);
  }

  private instrument(): void {
    const { metrics } = this.deps;
    const advice = metrics.gauges({
      name: 'muster_collector_scaling_advice',
      help: 'Scaling that is advised (1), by direction (up, out, down, in) and resource.',
      labels: ['direction', 'resource'],
    });
    const loop = metrics.gauge({
      name: 'muster_collector_event_loop_utilization_ratio',
      help: 'Share of the time in which the event loop worked.',
    });
    metrics.onCollect(() => {
      advice.clear();
      for (const { direction, resource } of this.advised)
        advice.with({ direction, resource }).set(1);
      loop.set(this.state.last?.loop ?? 0);
    });
  }
}

function has(list: readonly ScalingAdvice[], { direction, resource }: ScalingAdvice): boolean {
  return list.some((one) => one.direction === direction && one.resource === resource);
}
