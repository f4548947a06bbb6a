/**
 * From starting the agent's process to the broker's acknowledgement of its first record, beside a
 * Node that does nothing and, when asked, another build. In turn, so that all meet the same machine.
 */
import { spawnSync } from 'node:child_process';
import { once } from 'node:events';
import { cpSync, rmSync } from 'node:fs';
import { join } from 'node:path';
import { openBuffer } from '../../../agent/io/buffer/level-buffer.ts';
import { readBootId } from '../../../agent/io/machine.ts';
import { tempFolder } from '../../support/temp-folder.ts';
import { FirstAck } from '../agent/first-ack.ts';
import { agentFile, copyProgram, median, Running, startCollector } from '../agent/programs.ts';
import { openFeed } from '../buffer/feed.ts';

export const describe =
  'agent: start to the first acknowledged record: [rounds] [--backlog=RECORDS] [--before=FOLDER of another build]';

const SERIES = 80;

export async function run(args: string[]): Promise<void> {
  const rounds = Number(args.find((arg) => /^\d+$/.test(arg)) ?? 15);
  const option = (name: string) => args.find((arg) => arg.startsWith(`--${name}=`))?.split('=')[1];
  const backlog = Number(option('backlog') ?? 50_000);
  const before = option('before');
  await using folder = await tempFolder('start');
  const collector = await startCollector(folder.path);
  const link = await FirstAck.open(collector.mqttPort);
  const own = { title: '', main: copyProgram('agent', folder.path) };
  const builds = [
    ...(before === undefined ? [] : [{ title: 'before, ', main: join(before, 'main.js') }]),
    own,
  ];
  const full = join(folder.path, 'full');
  const prepared = performance.now();
  await fill(join(full, 'buffer'), backlog);
  console.log(`backlog of ${backlog} records made in ${seconds(prepared)} s`);

  const start = async (main: string, name: string, backlogged: boolean): Promise<number> => {
    const config = agentFile(folder.path, { name, port: link.port });
    const data = join(folder.path, name);
    if (backlogged) cpSync(full, data, { recursive: true });
    // The copy, and what the round before left, must not be in the way of the agent's own writes.
    spawnSync('sync', ['-f', folder.path]);
    const heard = link.next();
    const began = performance.now();
    const agent = new Running(process.execPath, [main, 'run', '--config', config]);
    const early = once(agent.child, 'exit').then(() => Promise.reject(new Error('it ended')));
    await Promise.race([heard, early]);
    const took = performance.now() - began;
    early.catch(() => undefined);
    await agent.stop('SIGKILL');
    rmSync(data, { recursive: true });
    return took;
  };
  const figures = new Map<string, number[]>();
  const note = (name: string, ms: number) => figures.set(name, [...(figures.get(name) ?? []), ms]);
  try {
    for (let round = 0; round < rounds; round++) {
      note('bare', await bareNode());
      for (const { title, main } of builds) {
        note(`${title}empty`, await start(main, `empty-${round}`, false));
        note(`${title}full`, await start(main, `full-${round}`, true));
      }
    }
  } finally {
    link.close();
    await collector.stop();
  }
  const bare = median(figures.get('bare') ?? []);
  console.log(`medians of ${rounds} rounds on Node ${process.version}`);
  for (const [name, values] of figures) {
    const ms = median(values);
    const least = Math.min(...values).toFixed(0);
    console.log(
      `${name.padEnd(13)} ${ms.toFixed(0).padStart(5)} ms (least ${least})  ${(ms / bare).toFixed(2)} times bare`,
    );
  }
}

async function bareNode(): Promise<number> {
  const began = performance.now();
  await once(new Running(process.execPath, ['-e', '0']).child, 'exit');
  return performance.now() - began;
}

/** As an agent leaves it that was offline: closed, nothing sent. */
async function fill(path: string, records: number): Promise<void> {
  const buffer = await openBuffer({ path, capBytes: 2 ** 32, bootId: readBootId() });
  const feed = openFeed(SERIES, 6);
  await buffer.putDictionary(feed.id, feed.schema);
  for (let n = 0; n < records; n++) await buffer.append(feed.record(n, false));
  await buffer.close();
}

function seconds(since: number): string {
  return ((performance.now() - since) / 1000).toFixed(0);
}
