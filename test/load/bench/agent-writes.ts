/**
 * What the agent writes to flash while it is online, by the kernel's account, against the payload
 * that it sent. The kernel counts whole pages as they become dirty; `characters` are the bytes that
 * were handed to write(2), sockets included, and show what the pages hide.
 */
import { setTimeout as sleep } from 'node:timers/promises';
import { askLocalDoor } from '../../../agent/io/local-door-client.ts';
import { tempFolder } from '../../support/temp-folder.ts';
import { type Written, writtenBy } from '../agent/proc.ts';
import { agentFile, copyProgram, Running, startCollector } from '../agent/programs.ts';

export const describe = 'agent: bytes written to disk against payload, online: [minutes]';

const DAY_S = 86_400;

interface Pace {
  readonly name: string;
  readonly interval: string;
  readonly batch: string;
  /** Seconds between two batches. */
  readonly every: number;
  /** Lines of its file. */
  readonly more?: readonly string[];
}

/** What a plain device has beyond some 40 series. */
const LEFT_OUT = [
  ...['cpu', 'vmstat', 'filefd', 'filesystem', 'ext4', 'mmc', 'diskstats', 'netclass', 'wireless'],
  ...['thermal_zone', 'rpi', 'powersupplyclass', 'timesync', 'boottime', 'uname', 'os'],
];
const FEW = `samplers: { ${LEFT_OUT.map((name) => `${name}: { enabled: false }`).join(', ')} }`;

const PACES: readonly Pace[] = [
  { name: 'accelerated', interval: '1s', batch: '6s', every: 6 },
  { name: 'usual', interval: '10s', batch: '60s', every: 60 },
  { name: 'few', interval: '10s', batch: '60s', every: 60, more: [FEW] },
];

interface Look {
  readonly at: number;
  readonly written: Written;
  readonly messages: number;
  readonly payload: number;
  readonly series: number;
}

export async function run(args: string[]): Promise<void> {
  const minutes = Number(args.find((arg) => /^[\d.]+$/.test(arg)) ?? 5);
  await using folder = await tempFolder('writes');
  const collector = await startCollector(folder.path);
  const main = copyProgram('agent', folder.path);
  const agents = PACES.map((pace) => {
    const config = agentFile(folder.path, { ...pace, port: collector.mqttPort });
    return { pace, agent: new Running(process.execPath, [main, 'run', '--config', config]) };
  });
  const look = async (name: string, { pid }: Running): Promise<Look> => {
    const answer = await askLocalDoor(`${folder.path}/${name}.sock`);
    if (!answer.ok) throw new Error(answer.why);
    const { series, link } = answer.value as {
      series: number;
      link: { sentMessages: number; sentBytes: number };
    };
    const { sentMessages: messages, sentBytes: payload } = link;
    return { at: performance.now(), written: writtenBy(pid), messages, payload, series };
  };
  const lookAtAll = () => Promise.all(agents.map(({ pace, agent }) => look(pace.name, agent)));
  try {
    await sleep(20_000);
    const before = await lookAtAll();
    await sleep(minutes * 60_000);
    const after = await lookAtAll();
    agents.forEach(({ pace }, index) => {
      print(pace, before[index] as Look, after[index] as Look);
    });
  } finally {
    for (const { agent } of agents) await agent.stop();
    await collector.stop();
  }
}

function print({ name, every }: Pace, before: Look, after: Look): void {
  const seconds = (after.at - before.at) / 1000;
  const messages = after.messages - before.messages;
  const payload = after.payload - before.payload;
  const bytes = after.written.bytes - before.written.bytes;
  const characters = after.written.characters - before.written.characters;
  // What went to the socket once went to the disk once, if nothing else is written.
  const toDisk = characters - payload;
  const ratio = (value: number) => (value / payload).toFixed(2);
  console.log(`${name}: ${after.series} series, ${messages} batches in ${seconds.toFixed(0)} s`);
  console.log(`  payload ${payload} bytes, ${(payload / messages).toFixed(0)} a batch`);
  console.log(`  write(2) without the payload sent: ${toDisk} bytes, ${ratio(toDisk)} of payload`);
  console.log(`  to the disk: ${bytes} bytes, ${ratio(bytes)} of payload`);
  const perDay = (bytes / seconds) * DAY_S * (every < 60 ? every / 60 : 1);
  console.log(`  a day in batches of 60 s: ${(perDay / 1e6).toFixed(2)} MB`);
}
