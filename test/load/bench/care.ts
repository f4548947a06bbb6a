/**
 * What looking after a device costs it: the same agent without anything to look after, with 20
 * checks at 30 s and 10 scheduled tasks, and with those of the checks that start no program. All
 * side by side on one machine, several of each, so that what else runs there meets them alike.
 * Beside them monit, which looks at the same, and collectd, which tells how fast the machine is.
 */
import { once } from 'node:events';
import { createServer } from 'node:http';
import type { AddressInfo } from 'node:net';
import { setTimeout as sleep } from 'node:timers/promises';
import { tempFolder } from '../../support/temp-folder.ts';
import { collectd } from '../agent/collectd.ts';
import { monits } from '../agent/monit.ts';
import { startPeers } from '../agent/peers.ts';
import { copyProgram, startCollector } from '../agent/programs.ts';
import {
  type Agent,
  type Build,
  type Figures,
  figuresOf,
  KINDS,
  type Kind,
  look,
  type One,
  startAgent,
} from '../care/agents.ts';
import { quietHour } from '../care/quiet-seconds.ts';
import { watchSeconds } from '../care/watch.ts';
import { median, printTable, spread } from '../peers/table.ts';

export const describe =
  'agent: 20 checks and 10 tasks beside none, beside monit and collectd: memory, CPU an hour, bytes a day: [minutes (3)] [of each (3)] [folder of another build, beside this one]';

/** The first run of each check, the first inventory, one task, and V8 has come to rest. */
const WARM_UP_MS = 100_000;
const COLLECTD_SECONDS = 10;

const COLUMNS: readonly (readonly [string, keyof Figures, number])[] = [
  ['RSS MB', 'rssMb', 1],
  ['anonymous MB', 'anonymousMb', 1],
  ['CPU s an hour, its own', 'cpuHour', 2],
  ['of its children', 'childrenHour', 2],
  ['both, of quiet seconds', 'cpuQuiet', 2],
  ['payload kB a day', 'payloadDay', 0],
];

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
  const agents = Array.from({ length: each }).flatMap((_, n) =>
    KINDS.flatMap((kind) => builds.map((build) => startAgent(build, targets, kind, n))),
  );
  const peers = [
    ...(await startPeers(monits, folder.path, targets)),
    ...(await startPeers([collectd], folder.path, COLLECTD_SECONDS)),
  ];
  const all: One[] = [...agents, ...peers];
  try {
    await sleep(WARM_UP_MS);
    const before = await Promise.all(all.map(look));
    const { cpuHour, seen } = quietHour(await watchSeconds(all, minutes * 60_000));
    const figures = await Promise.all(
      all.map((one, n) => figuresOf(one, before[n], cpuHour[n] ?? Number.NaN)),
    );
    const of = new Map(all.map((one, n) => [one, figures[n] as Figures]));
    print(of);
    console.log(
      `Of a minute's seconds ${Math.round(seen * 100)} % were seen with nothing stolen (all: the figures of quiet seconds are what the agents take; less: still too high)`,
    );
    for (const build of builds) compare(build, agents, peers, of);
  } finally {
    for (const { running } of agents) await running.stop();
    for (const peer of peers) await peer.stop();
    await collector.stop();
    web.close();
  }
}

function print(of: ReadonlyMap<One, Figures>): void {
  const names = new Set([...of.keys()].map(({ name }) => name));
  const rows = [...names].map((name) => {
    const seen = [...of].filter(([one]) => one.name === name).map(([, figures]) => figures);
    const cell = (key: keyof Figures, digits: number) => {
      const values = seen.map((figures) => figures[key]);
      return values.some(Number.isNaN) ? '' : spread(values, digits);
    };
    return [name, ...COLUMNS.map(([, key, digits]) => cell(key, digits))];
  });
  printTable(['', ...COLUMNS.map(([title]) => title)], rows);
}

/** What is added to an agent with nothing to look after, and as shares of the peers' whole. */
function compare(
  build: Build,
  agents: readonly Agent[],
  peers: readonly One[],
  of: ReadonlyMap<One, Figures>,
): void {
  const mean = (one: One) => (of.get(one)?.cpuHour ?? 0) + (of.get(one)?.childrenHour ?? 0);
  const quiet = (one: One) => of.get(one)?.cpuQuiet ?? Number.NaN;
  const rss = (one: One) => of.get(one)?.rssMb ?? Number.NaN;
  const middle = (kind: Kind, value: (one: One) => number) =>
    median(agents.filter((one) => one.build === build && one.kind === kind).map(value));
  for (const kind of KINDS.filter((one) => one !== 'nothing')) {
    const added = (value: (one: One) => number) => middle(kind, value) - middle('nothing', value);
    const seconds = (value: (one: One) => number) => {
      const shares = peers.map(
        (peer) => `${(added(value) / value(peer)).toFixed(2)} of ${peer.name}'s`,
      );
      return `${added(value).toFixed(2)} CPU s an hour (${shares.join(', ')})`;
    };
    console.log(
      `${build.title}${kind} adds ${added(rss).toFixed(1)} MB (goal 3), ${seconds(mean)}, and by quiet seconds ${seconds(quiet)}; goal 1, where collectd takes 0.8`,
    );
  }
}
