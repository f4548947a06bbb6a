/**
 * What the agent costs a device: processor time for an hour at 10 s interval, children included,
 * and memory, beside Debian's agents on the same machine at the same time.
 */
import { setTimeout as sleep } from 'node:timers/promises';
import { tempFolder } from '../../support/temp-folder.ts';
import { collectd } from '../agent/collectd.ts';
import { nodeExporter } from '../agent/node-exporter.ts';
import { startPeers } from '../agent/peers.ts';
import { cpuSeconds, memoryOf } from '../agent/proc.ts';
import { agentFile, copyProgram, Running, startCollector } from '../agent/programs.ts';
import { printTable } from '../peers/table.ts';

export const describe =
  'agent: CPU an hour, memory, beside collectd and node_exporter: [minutes (5)] [--alone] [-- node flags]';

const INTERVAL_SECONDS = 10;
/** As in `care`: at 30 s V8 still compiles what runs once a minute, which an hour would count twelve times. */
const WARM_UP_MS = 100_000;

interface Measured {
  readonly name: string;
  readonly pid: number;
}

export async function run(args: string[]): Promise<void> {
  const minutes = Number(args.find((arg) => /^[\d.]+$/.test(arg)) ?? 5);
  const flags = args.filter((arg) => arg.startsWith('--') && arg !== '--alone');
  await using folder = await tempFolder('footprint');
  const collector = await startCollector(folder.path);
  const main = copyProgram('agent', folder.path);
  const interval = `${INTERVAL_SECONDS}s`;
  const start = (name: string, batch: string, more: readonly string[]) => {
    const device = name.replaceAll(/[^a-z0-9]+/g, '-');
    const config = agentFile(folder.path, {
      name: device,
      port: collector.mqttPort,
      interval,
      batch,
    });
    const agent = new Running(process.execPath, [...more, main, 'run', '--config', config]);
    return Object.assign(agent, { name });
  };
  const ours = [start('agent', '60s', []), start('agent-batch-10s', '10s', [])];
  for (const flag of flags) ours.push(start(`agent${flag}`, '60s', [flag]));
  const bare = new Running(process.execPath, ['-e', 'setInterval(() => {}, 2 ** 30)']);
  const alone = args.includes('--alone');
  const peers = alone
    ? []
    : await startPeers([nodeExporter, collectd], folder.path, INTERVAL_SECONDS);
  const all: Measured[] = [...ours, ...peers, { name: 'bare Node', pid: bare.pid }];
  try {
    await sleep(WARM_UP_MS);
    const before = all.map(({ pid }) => cpuSeconds(pid));
    const began = performance.now();
    await sleep(minutes * 60_000);
    const hours = (performance.now() - began) / 3_600_000;
    const perHour = all.map(({ pid }, index) => (cpuSeconds(pid) - (before[index] ?? 0)) / hours);
    print(all, perHour, memoryOf(bare.pid));
  } finally {
    for (const one of [...ours, ...peers, bare]) await one.stop();
    await collector.stop();
  }
}

function print(
  all: readonly Measured[],
  perHour: readonly number[],
  bare: { rssMb: number },
): void {
  const reference = perHour[0] ?? Number.NaN;
  const head = ['', 'CPU s an hour', 'of ours', 'RSS MB', 'over bare Node', 'anonymous MB'];
  const rows = all.map(({ name, pid }, index) => {
    const { rssMb, anonymousMb } = memoryOf(pid);
    const cpu = perHour[index] ?? Number.NaN;
    const figures = [rssMb, rssMb - bare.rssMb, anonymousMb].map((mb) => mb.toFixed(1));
    return [name, cpu.toFixed(2), `${(cpu / reference).toFixed(2)} ×`, ...figures];
  });
  printTable(head, rows);
}
