/**
 * From sample to queryable: asks for the newest marker of each marker device over and over. A
 * marker's value is its own instant, so that what comes back says how long it took. Too high by as
 * much as the pause between two questions, never too low.
 */
import type { CollectorUnderLoad } from './collector.ts';
import { Histogram } from './histogram.ts';
import { MARKER } from './series.ts';

const PAUSE_MS = 25;

export class MarkerWatch {
  readonly queryable = new Histogram();
  /** Of the questions themselves: an event loop that stands still shows here. */
  readonly roundTrip = new Histogram();
  slowestMs = 0;
  private readonly collector: CollectorUnderLoad;
  private readonly seen = new Map<string, number>();
  private running = true;
  private done: Promise<void> | undefined;

  constructor(collector: CollectorUnderLoad) {
    this.collector = collector;
  }

  start(): void {
    this.done = this.watch();
  }

  async stop(): Promise<void> {
    this.running = false;
    await this.done;
  }

  private async watch(): Promise<void> {
    while (this.running) {
      const asked = performance.now();
      const answers = await this.collector.query(MARKER);
      const took = performance.now() - asked;
      this.roundTrip.add(took);
      this.slowestMs = Math.max(this.slowestMs, took);
      const now = Date.now();
      for (const { instance, values } of answers) this.note(instance, values[0] ?? 0, now);
      await new Promise((resolve) => setTimeout(resolve, PAUSE_MS));
    }
  }

  private note(instance: string, value: number, now: number): void {
    const before = this.seen.get(instance);
    if (before === value) return;
    this.seen.set(instance, value);
    if (before !== undefined) this.queryable.add(now - value);
  }
}
