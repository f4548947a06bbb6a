/** The fleet's processes, as one. */
import { type ChildProcess, fork } from 'node:child_process';
import { once } from 'node:events';
import { join } from 'node:path';
import { Histogram } from './histogram.ts';
import {
  type Command,
  type Counts,
  newCounts,
  type Report,
  type Status,
  type WorkerSettings,
} from './settings.ts';

const WORKER = join(import.meta.dirname, 'worker.ts');

export interface FleetReport {
  readonly counts: Counts;
  readonly ackLatency: Histogram;
}

export class Workers {
  readonly pids: readonly number[];
  private readonly children: readonly ChildProcess[];
  private readonly statuses = new Map<number, Status>();

  /** Resolves when all have encoded their bodies and wait for a command. */
  static async open(settings: Omit<WorkerSettings, 'worker'>): Promise<Workers> {
    const children = Array.from({ length: settings.processes }, (_, worker) =>
      fork(WORKER, [JSON.stringify({ ...settings, worker })], { execArgv: ['--import', 'tsx'] }),
    );
    await Promise.all(children.map((child) => once(child, 'message')));
    return new Workers(children);
  }

  private constructor(children: readonly ChildProcess[]) {
    this.children = children;
    this.pids = children.map(({ pid }) => pid ?? 0);
    for (const [n, child] of children.entries()) {
      child.on('message', (message: Status | Report) => {
        if (message.kind === 'status') this.statuses.set(n, message);
      });
    }
  }

  tell(command: Command['do'] & ('connect' | 'run' | 'calm' | 'hold')): void {
    for (const child of this.children) child.send({ do: command });
  }

  get online(): number {
    return this.sum(({ online }) => online);
  }

  get held(): number {
    return this.sum(({ held }) => held);
  }

  get lastOnlineAt(): number {
    return Math.max(0, ...[...this.statuses.values()].map(({ lastOnlineAt }) => lastOnlineAt));
  }

  async report(reset: boolean): Promise<FleetReport> {
    const parts = await Promise.all(this.children.map((child) => ask(child, reset)));
    const counts = newCounts();
    const ackLatency = new Histogram();
    for (const part of parts) {
      ackLatency.merge(part.ackLatency);
      for (const key of Object.keys(counts) as (keyof Counts)[]) {
        if (key === 'lagMs') counts[key] = Math.max(counts[key], part.counts[key]);
        else counts[key] += part.counts[key];
      }
    }
    return { counts, ackLatency };
  }

  end(): void {
    for (const child of this.children) if (child.connected) child.send({ do: 'end' });
  }

  private sum(of: (status: Status) => number): number {
    return [...this.statuses.values()].reduce((total, status) => total + of(status), 0);
  }
}

function ask(child: ChildProcess, reset: boolean): Promise<Report> {
  return new Promise((resolve) => {
    const listen = (message: Status | Report) => {
      if (message.kind !== 'report') return;
      child.off('message', listen);
      resolve(message);
    };
    child.on('message', listen);
    child.send({ do: 'report', reset });
  });
}
