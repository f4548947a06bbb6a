/**
 * The collector watches itself: what `/metrics` shows becomes series, every 15 seconds, so that
 * rules on ingest work without anybody scraping it.
 */
import { LabelSet } from '../core/label-set.ts';
import type { FamilyType, Metrics } from '../core/metrics.ts';
import type { MetadataSink, SampleSink, WrittenSeries } from '../ports/samples.ts';
import type { Cancel, Clock, Log } from '../ports.ts';

const EVERY_MS = 15_000;

/** As remote write numbers them. */
const TYPES: Readonly<Record<FamilyType, number>> = { counter: 1, gauge: 2, histogram: 3 };

export interface SelfSamplesDeps {
  readonly clock: Clock;
  readonly log: Log;
  readonly metrics: Metrics;
  readonly samples: SampleSink;
  readonly metadata: MetadataSink;
  /** Which collector it is: its host's name. */
  readonly instance: string;
}

export class SelfSamples {
  private readonly deps: SelfSamplesDeps;
  private readonly known = new Map<string, LabelSet>();
  private cancel: Cancel | undefined;
  private running: Promise<void> = Promise.resolve();
  private failing = false;

  constructor(deps: SelfSamplesDeps) {
    this.deps = deps;
  }

  start(): void {
    this.beat();
  }

  async stop(): Promise<void> {
    this.cancel?.();
    this.cancel = undefined;
    await this.running;
  }

  /** Writes every metric as it is now. */
  async record(): Promise<void> {
    const { clock, metrics, samples, metadata } = this.deps;
    for (const { name, help, type } of metrics.families())
      metadata.describe({ metric: name, help, type: TYPES[type], unit: '' });
    const times = Float64Array.of(Math.floor(clock.wall()));
    const series: WrittenSeries[] = [
      { labels: this.labelsOf('up', []), times, values: Float64Array.of(1) },
    ];
    metrics.each((name, labels, value) => {
      series.push({ labels: this.labelsOf(name, labels), times, values: Float64Array.of(value) });
    });
    await samples.write(series);
  }

  private beat(): void {
    this.running = this.record().then(
      () => {
        if (this.failing) this.deps.log.info('own metrics are recorded again');
        this.failing = false;
      },
      (error: unknown) => {
        if (!this.failing)
          this.deps.log.warn('own metrics are not recorded', { error: String(error) });
        this.failing = true;
      },
    );
    this.cancel = this.deps.clock.after(EVERY_MS, () => this.beat());
  }

  private labelsOf(name: string, labels: readonly (readonly [string, string])[]): LabelSet {
    const key = JSON.stringify([name, labels]);
    const known = this.known.get(key);
    if (known !== undefined) return known;
    const { instance } = this.deps;
    const given = labels.map(([label, value]) => [reserved(label), value] as const);
    const set = LabelSet.of([
      ...given,
      ['__name__', name],
      ['job', 'muster-collector'],
      ['instance', instance],
    ]);
    this.known.set(key, set);
    return set;
  }
}

/** As Prometheus does with a scraped label that says what the target says. */
function reserved(label: string): string {
  return label === 'job' || label === 'instance' ? `exported_${label}` : label;
}
