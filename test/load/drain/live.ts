/**
 * From sample to answer for one live device: asks for the newest instant of a series of its own
 * over and over. Too high by as much as the pause between two questions, never too low.
 */
import { setTimeout as sleep } from 'node:timers/promises';
import { Histogram } from '../fleet/histogram.ts';

const PAUSE_MS = 20;

export class LiveWatch {
  readonly latency = new Histogram();
  slowestMs = 0;
  readonly #http: string;
  readonly #series: string;
  #newest = 0;
  #running = true;
  #done: Promise<void> | undefined;

  constructor(http: string, series: string) {
    this.#http = http;
    this.#series = series;
  }

  start(): void {
    this.#done = this.#watch();
  }

  async stop(): Promise<void> {
    this.#running = false;
    await this.#done;
  }

  async #watch(): Promise<void> {
    const query = new URLSearchParams({ query: `max(timestamp(${this.#series}))` }).toString();
    while (this.#running) {
      const answer = await fetch(`${this.#http}/api/v1/query?${query}`);
      const { data } = (await answer.json()) as Answer;
      this.#note(Number(data?.result[0]?.value[1] ?? 0) * 1_000);
      await sleep(PAUSE_MS);
    }
  }

  /** The first one that is seen may be any age. */
  #note(instant: number): void {
    if (instant <= this.#newest) return;
    const ms = Date.now() - instant;
    if (this.#newest > 0) {
      this.latency.add(ms);
      this.slowestMs = Math.max(this.slowestMs, ms);
    }
    this.#newest = instant;
  }
}

interface Answer {
  readonly data?: { readonly result: readonly { readonly value: readonly [number, string] }[] };
}
