/** The raw samples of one device: asked for once, then kept up to date by the stream. */
import type { LiveSample } from '../../core/views.ts';
import { query, queryRange, toNumber } from '../api.ts';
import { append, keyOf, type Series } from '../series.ts';

/** Up to this span every sample is asked for, and the stream adds to them. */
const RAW_SECONDS = 3600;
/** Beyond it one value for each step is: its time is the step's, not the sample's. */
const STEPS = 360;

const MAX_MEANWHILE = 20_000;

export class DeviceSamples {
  private readonly selector: string;
  private series = new Map<string, Series>();
  private seconds = 900;
  private asked = 0;
  /** What came while an answer was on its way. */
  private meanwhile: LiveSample[] = [];

  constructor(selector: string) {
    this.selector = selector;
  }

  /** Seconds after which `load` should be called again; the stream does the rest. */
  get reloadAfter(): number {
    return this.raw ? Number.POSITIVE_INFINITY : this.step;
  }

  async load(seconds: number): Promise<void> {
    const turn = ++this.asked;
    this.seconds = seconds;
    this.meanwhile = [];
    const found = this.raw
      ? await query(`${this.selector}[${seconds}s]`)
      : await queryRange(this.selector, seconds, this.step);
    if (turn !== this.asked) return;
    this.series = new Map(found.map((one) => [keyOf(one.labels), one]));
    this.add(this.meanwhile);
  }

  receive(samples: readonly LiveSample[]): void {
    this.meanwhile.push(...samples);
    this.meanwhile.splice(0, this.meanwhile.length - MAX_MEANWHILE);
    this.add(samples);
  }

  all(names: readonly string[]): Series[] {
    return [...this.series.values()].filter(({ labels }) =>
      names.includes(labels['__name__'] ?? ''),
    );
  }

  private get raw(): boolean {
    return this.seconds <= RAW_SECONDS;
  }

  private get step(): number {
    return Math.ceil(this.seconds / STEPS);
  }

  private add(samples: readonly LiveSample[]): void {
    if (!this.raw) return;
    for (const { labels, time, value } of samples) {
      const key = keyOf(labels);
      const known = this.series.get(key) ?? { labels, times: [], values: [] };
      this.series.set(key, known);
      append(known, time / 1000, toNumber(value), time / 1000 - this.seconds);
    }
  }
}
