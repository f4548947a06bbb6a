/** One measured load on a peer. */
import { type ChildProcess, fork } from 'node:child_process';
import { once } from 'node:events';
import { join } from 'node:path';
import { Histogram } from '../fleet/histogram.ts';
import { costOf } from '../fleet/proc.ts';
import type { SenderReport, SenderSettings } from './sender.ts';

export interface Loaded {
  readonly pointsPerSecond: number;
  readonly serverUsPerPoint: number;
  readonly senderUsPerPoint: number;
  readonly bytesPerPoint: number;
  readonly p50: number;
  readonly p99: number;
  readonly residentBytes: number;
}

export async function sendTo(serverPid: number, settings: SenderSettings): Promise<Loaded> {
  const child = fork(join(import.meta.dirname, 'sender.ts'), [JSON.stringify(settings)], {
    execArgv: ['--import', 'tsx', '--max-old-space-size=8192'],
  });
  try {
    await said(child);
    child.send('warm');
    await said(child);
    const before = [costOf(serverPid).cpuUs, costOf(child.pid ?? 0).cpuUs] as const;
    child.send('go');
    const report = (await said(child)) as SenderReport;
    const after = costOf(serverPid);
    const { points, seconds, bytes } = report;
    const latency = new Histogram();
    latency.merge(report.latency);
    return {
      pointsPerSecond: points / seconds,
      serverUsPerPoint: (after.cpuUs - before[0]) / points,
      senderUsPerPoint: (costOf(child.pid ?? 0).cpuUs - before[1]) / points,
      bytesPerPoint: bytes / points,
      p50: latency.quantile(0.5),
      p99: latency.quantile(0.99),
      residentBytes: after.residentBytes,
    };
  } finally {
    child.kill();
  }
}

async function said(child: ChildProcess): Promise<unknown> {
  const ended = once(child, 'exit').then(() => Promise.reject(new Error('the sender ended')));
  ended.catch(() => undefined);
  const [message] = (await Promise.race([once(child, 'message'), ended])) as [unknown];
  return message;
}
