/** Draws a soak while it runs: a row of figures for each window of seconds. */
import { join } from 'node:path';
import { Histogram } from '../fleet/histogram.ts';
import type { Workers } from '../fleet/workers.ts';
import type { SoakAgent } from './agent.ts';
import type { HeapFile } from './heap.ts';
import { bytesIn, type Look, lookAt } from './look.ts';
import type { AgentRow, SoakRow } from './verdict.ts';

const LOOK_MS = 1_000;
const MB = 2 ** 20;

export interface SoakDeps {
  readonly windowSeconds: number;
  readonly pid: number;
  readonly data: string;
  readonly heap: HeapFile;
  readonly workers: Workers;
  readonly agent: SoakAgent | undefined;
}

export class SoakWatch {
  readonly rows: SoakRow[] = [];
  readonly agentRows: AgentRow[] = [];
  readonly #deps: SoakDeps;
  #points = 0;
  #latency: readonly number[] = new Histogram().buckets;

  constructor(deps: SoakDeps) {
    this.#deps = deps;
  }

  async run(seconds: number): Promise<void> {
    const { windowSeconds } = this.#deps;
    const began = performance.now();
    console.log(HEAD);
    for (let from = began; from < began + seconds * 1_000; ) {
      const seen = await this.#window(from + windowSeconds * 1_000);
      const now = performance.now();
      await this.#draw((now - began) / 60_000, (now - from) / 1_000, seen);
      from = now;
    }
  }

  /** The least heaps until then. */
  async #window(end: number): Promise<{ collector: Look; agent: Look | undefined }> {
    const { pid, heap, agent } = this.#deps;
    let collector = lookAt(pid, heap.read());
    let beside = agent?.look();
    while (performance.now() < end) {
      await pause(Math.min(LOOK_MS, end - performance.now()));
      collector = withLeast(collector, lookAt(pid, heap.read()));
      if (agent && beside) beside = withLeast(beside, agent.look());
    }
    return { collector, agent: beside };
  }

  async #draw(
    minute: number,
    seconds: number,
    { collector, agent }: { collector: Look; agent: Look | undefined },
  ): Promise<void> {
    const { data, workers } = this.#deps;
    const { counts, ackLatency } = await workers.report(false);
    const recent = new Histogram();
    recent.merge(ackLatency.buckets.map((count, at) => count - (this.#latency[at] ?? 0)));
    const pointsPerSecond = (counts.ackedPoints - this.#points) / seconds;
    this.#points = counts.ackedPoints;
    this.#latency = ackLatency.buckets;
    const journal = bytesIn(join(data, 'journal'));
    const row: SoakRow = {
      ...{ minute, pointsPerSecond, p99Ms: recent.quantile(0.99), ...collector },
      storeMb: (bytesIn(data) - journal) / MB,
      journalMb: journal / MB,
      points: counts.ackedPoints,
    };
    this.rows.push(row);
    console.log(lineOf(row));
    if (agent === undefined) return;
    const bufferMb = (this.#deps.agent?.bufferBytes() ?? 0) / MB;
    this.agentRows.push({ minute, ...agent, bufferMb });
    console.log(agentLine({ minute, ...agent, bufferMb }));
  }
}

function withLeast(before: Look, now: Look): Look {
  return {
    ...now,
    heapMb: Math.min(before.heapMb, now.heapMb),
    externalMb: Math.min(before.externalMb, now.externalMb),
  };
}

const COLUMNS =
  'minute|points/s|p99 ms|RSS MB|anon. MB|heap MB|external|files|tables|store MB|journal';
const HEAD = COLUMNS.split('|')
  .map((name) => name.padStart(9))
  .join('');

function lineOf(row: SoakRow): string {
  const cells = [
    row.minute.toFixed(1),
    row.pointsPerSecond.toFixed(0),
    ...[row.p99Ms, row.rssMb, row.anonymousMb, row.heapMb, row.externalMb].map((n) => n.toFixed(1)),
    String(row.descriptors),
    String(row.tables),
    row.storeMb.toFixed(1),
    row.journalMb.toFixed(1),
  ];
  return cells.map((cell) => cell.padStart(9)).join('');
}

function agentLine(row: AgentRow): string {
  const [rss, anonymous, heap, buffer] = [row.rssMb, row.anonymousMb, row.heapMb, row.bufferMb].map(
    (n) => n.toFixed(1),
  );
  return `    agent: RSS ${rss}, anonymous ${anonymous}, heap ${heap} MB, ${row.descriptors} files, buffer ${buffer} MB`;
}

function pause(ms: number): Promise<void> {
  return new Promise((resolve) => setTimeout(resolve, Math.max(0, ms)));
}
