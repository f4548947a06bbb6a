/**
 * What looking after a device costs it: the same agent without anything to look after, with 20
 * checks at 30 s and 10 scheduled tasks, and with those of the checks that start no program. All
 * side by side on one machine, several of each, so that what else runs there meets them alike.
 */
import { once } from 'node:events';
import { createServer } from 'node:http';
import type { AddressInfo } from 'node:net';
import { setTimeout as sleep } from 'node:timers/promises';
import { askLocalDoor } from '../../../agent/io/local-door-client.ts';
import { tempFolder } from '../../support/temp-folder.ts';
import { cpuParts, memoryOf } from '../agent/proc.ts';
import { agentFile, copyProgram, Running, startCollector } from '../agent/programs.ts';
import { careLines, type Targets } from '../care/settings.ts';
import { printTable, spread } from '../peers/table.ts';

export const describe =
  'agent: 20 checks and 10 tasks beside none, memory, CPU an hour, bytes a day: [minutes (3)] [of each (3)] [folder of another build, beside this one]';

/** The first run of each check, the first inventory, one task, and V8 has come to rest. */
const WARM_UP_MS = 100_000;
const DAY_MS = 86_400_000;

const KINDS = ['nothing', 'without-exec', 'all'] as const;
type Kind = (typeof KINDS)[number];

/** A built agent: this one, or one to compare it with. */
interface Build {
  readonly title: string;
  readonly main: string;
}

interface One {
  readonly build: Build;
  readonly kind: Kind;
  readonly running: Running;
  readonly door: string;
}

interface Look {
  readonly at: number;
  readonly own: number;
  readonly children: number;
  readonly payload: number;
}

interface Figures {
  readonly rssMb: number;
  readonly anonymousMb: number;
  readonly cpuHour: number;
  readonly childrenHour: number;
  readonly payloadDay: number;
}

export async function run(args: string[]): Promise<void> {
  const [minutes = 3, each = 3] = args.map(Number).filter((value) => value > 0);
  const other = args[2];
  await using folder = await tempFolder('care');
  const collector = await startCollector(folder.path);
  const builds = [{ title: '', main: copyProgram('agent', folder.path) }];
  if (other !== undefined) builds.unshift({ title: 'before, ', main: `${other}/main.js` });
  const web = createServer((_, answer) => answer.end('fine'));
  await once(web.listen(0, '127.0.0.1'), 'listening');
  const http = (web.address() as AddressInfo).port;
  const targets = { folder: folder.path, http, mqtt: collector.mqttPort };
  const all = Array.from({ length: each }).flatMap((_, n) =>
    KINDS.flatMap((kind) => builds.map((build) => start(build, targets, kind, n))),
  );
  try {
    await sleep(WARM_UP_MS);
    const before = await Promise.all(all.map(look));
    await sleep(minutes * 60_000);
    const figures = await Promise.all(all.map((one, n) => figuresOf(one, before[n])));
    for (const build of builds) print(build, all, figures);
  } finally {
    for (const { running } of all) await running.stop();
    await collector.stop();
    web.close();
  }
}

function start(build: Build, targets: Targets, kind: Kind, n: number): One {
  const name = `${kind}-${n}${build.title === '' ? '' : '-before'}`;
  // What a busy machine makes it do less of would flatter it.
  const more = [
    'adapt: { enabled: false }',
    ...(kind === 'nothing' ? [] : careLines(targets, kind === 'all')),
  ];
  const { folder, mqtt: port } = targets;
  const config = agentFile(folder, { name, port, interval: '10s', batch: '60s', more });
  const running = new Running(process.execPath, [build.main, 'run', '--config', config]);
  return { build, kind, running, door: `${folder}/${name}.sock` };
}

async function look({ running: { pid }, door }: One): Promise<Look> {
  const answer = await askLocalDoor(door);
  if (!answer.ok) throw new Error(answer.why);
  const { link } = answer.value as { link: { sentBytes: number } };
  return { at: performance.now(), payload: link.sentBytes, ...cpuParts(pid) };
}

async function figuresOf(one: One, before: Look | undefined): Promise<Figures> {
  if (before === undefined) throw new Error('not seen before');
  const memory = memoryOf(one.running.pid);
  const after = await look(one);
  const ms = after.at - before.at;
  const hours = ms / 3_600_000;
  return {
    ...memory,
    cpuHour: (after.own - before.own) / hours,
    childrenHour: (after.children - before.children) / hours,
    payloadDay: ((after.payload - before.payload) * DAY_MS) / ms / 1000,
  };
}

function print(build: Build, all: readonly One[], figures: readonly Figures[]): void {
  const columns: readonly (readonly [string, keyof Figures, number])[] = [
    ['RSS MB', 'rssMb', 1],
    ['anonymous MB', 'anonymousMb', 1],
    ['CPU s an hour, its own', 'cpuHour', 2],
    ['of its children', 'childrenHour', 2],
    ['payload kB a day', 'payloadDay', 0],
  ];
  const rows = KINDS.map((kind) => {
    const of = figures.filter((_, n) => all[n]?.kind === kind && all[n].build === build);
    return [
      `${build.title}${kind}`,
      ...columns.map(([, key, digits]) =>
        spread(
          of.map((one) => one[key]),
          digits,
        ),
      ),
    ];
  });
  printTable(['', ...columns.map(([title]) => title)], rows);
}
