/**
 * A month without a link comes back: how fast the backlog drains into a real collector, how old
 * live samples are meanwhile, and what memory it costs the agent, during and after.
 */
import { join } from 'node:path';
import { setTimeout as sleep } from 'node:timers/promises';
import { tempFolder } from '../../support/temp-folder.ts';
import { cpuSeconds, memoryOf } from '../agent/proc.ts';
import { agentFile, copyProgram, Running, startCollector } from '../agent/programs.ts';
import { leftIn, recordBacklog } from '../drain/backlog.ts';
import { LiveWatch } from '../drain/live.ts';

export const describe =
  'an agent drains a backlog: points/s, live latency, memory: [days (30)] [series (80)] [cap in MiB (50)]';

const CALM_MS = 30_000;
const LOOK_MS = 100;
const AFTER_MS = 30_000;
const DEVICE = 'drain';
const SERIES = `node_load1{instance="${DEVICE}"}`;

export async function run(args: string[]): Promise<void> {
  const [days = 30, series = 80, cap = 50] = args.map(Number);
  await using folder = await tempFolder('drain');
  const data = join(folder.path, DEVICE);
  const capBytes = cap * 2 ** 20;
  const backlog = await recordBacklog(data, days, series, capBytes);
  console.log(
    `backlog: ${backlog.records} records, ${(backlog.bytes / 2 ** 20).toFixed(1)} MiB, ${backlog.points} points (${backlog.thinned} thinned)`,
  );
  const retention = `store: { retention: { raw: ${days + 10}d } }`;
  const collector = await startCollector(folder.path, [retention]);
  const bare = new Running(process.execPath, ['-e', 'setInterval(() => {}, 2 ** 30)']);
  const main = copyProgram('agent', folder.path);
  const timing = { name: DEVICE, port: collector.mqttPort, interval: '1s', batch: '1s' };
  const config = agentFile(folder.path, { ...timing, cap: `${cap}MiB` });
  const started = performance.now();
  const agent = new Running(process.execPath, [main, 'run', '--config', config]);
  try {
    const draining = new LiveWatch(collector.http, SERIES);
    draining.start();
    const drained = await drain(collector.http, backlog.points, agent.pid);
    await draining.stop();
    const seconds = (performance.now() - started) / 1_000;
    console.log(
      `drained in ${seconds.toFixed(1)} s from the agent's start: ${Math.round(backlog.points / seconds)} points/s (goal: 20000); CPU agent ${cpuSeconds(agent.pid).toFixed(1)} s, collector ${cpuSeconds(collector.pid).toFixed(1)} s`,
    );
    latency('live while it drains (goal: p99 under 2000)', draining);
    await sleep(AFTER_MS);
    memory('agent at most while it drains', drained, bare.pid);
    memory(`agent ${AFTER_MS / 1_000} s after`, memoryOf(agent.pid), bare.pid);
    const calm = new LiveWatch(collector.http, SERIES);
    calm.start();
    await sleep(CALM_MS);
    await calm.stop();
    latency('live without a backlog', calm);
  } finally {
    for (const one of [agent, bare, collector]) await one.stop();
  }
  console.log(`left in the buffer: ${await leftIn(data, capBytes)} records`);
}

/** Until the collector has taken so many samples; the agent's largest memory on the way. */
async function drain(
  http: string,
  points: number,
  pid: number,
): Promise<{ rssMb: number; anonymousMb: number }> {
  let [rssMb, anonymousMb] = [0, 0];
  while ((await samplesTaken(http)) < points) {
    const now = memoryOf(pid);
    rssMb = Math.max(rssMb, now.rssMb);
    anonymousMb = Math.max(anonymousMb, now.anonymousMb);
    await sleep(LOOK_MS);
  }
  return { rssMb, anonymousMb };
}

async function samplesTaken(http: string): Promise<number> {
  const text = await (await fetch(`${http}/metrics`)).text();
  return Number(/^muster_collector_ingest_samples_total (\d+)$/m.exec(text)?.[1] ?? 0);
}

function latency(what: string, { latency: seen, slowestMs }: LiveWatch): void {
  const at = (share: number) => Math.round(seen.quantile(share));
  console.log(
    `${what}: sample to answer p50 ${at(0.5)} ms, p99 ${at(0.99)} ms, slowest ${Math.round(slowestMs)} ms, of ${seen.count}`,
  );
}

function memory(
  what: string,
  { rssMb, anonymousMb }: { rssMb: number; anonymousMb: number },
  barePid: number,
): void {
  const over = rssMb - memoryOf(barePid).rssMb;
  console.log(
    `${what}: RSS ${rssMb.toFixed(1)} MB, ${over.toFixed(1)} over bare Node (goal: 18); anonymous ${anonymousMb.toFixed(1)} MB (goal: 18)`,
  );
}
