/** What a server takes in: the same rows into the collector by MQTT and into databases by HTTP. */
import { mkdtemp, rm } from 'node:fs/promises';
import { tmpdir } from 'node:os';
import { join } from 'node:path';
import { setTimeout as sleep } from 'node:timers/promises';
import { parseArgs } from 'node:util';
import { readArguments } from '../fleet/arguments.ts';
import { CollectorUnderLoad } from '../fleet/collector.ts';
import { measure } from '../fleet/run.ts';
import { Workers } from '../fleet/workers.ts';
import { bundleCollectorWithRules } from '../peers/bundle.ts';
import type { FormatName } from '../peers/formats.ts';
import { peersHere } from '../peers/index.ts';
import { versionOf } from '../peers/install.ts';
import type { Peer } from '../peers/peer.ts';
import { type Loaded, sendTo } from '../peers/send.ts';
import { median, printTable, spread } from '../peers/table.ts';

export const describe =
  'Ingest beside VictoriaMetrics, Prometheus, InfluxDB: [--runs 3] [--points 6000000] [--for 10] [--rows 1,6]';

const DEVICES = 200;
const SERIES = 80;
/** Between two of them, so that neither pays for what the other left to be written. */
const REST_MS = 2_000;

interface Way {
  readonly name: string;
  /** With so many rows a message or a series. */
  load(rows: number): Promise<Loaded>;
}

export async function run(args: string[]): Promise<void> {
  const { values } = parseArgs({
    args,
    options: {
      runs: { type: 'string', default: '3' },
      points: { type: 'string', default: '6000000' },
      for: { type: 'string', default: '10' },
      rows: { type: 'string', default: '1,6' },
    },
  });
  const peers = peersHere();
  const bundle = await bundleCollectorWithRules();
  const ours = { name: 'ours, MQTT', load: (rows: number) => intoOurs(bundle, rows, values.for) };
  const theirs = peers.flatMap((peer) => waysInto(peer, Number(values.points)));
  for (const peer of peers) console.log(`${peer.name} ${versionOf(peer)}`);
  for (const rows of values.rows.split(',').map(Number)) {
    const seen = new Map<string, Loaded[]>();
    for (let round = 0; round < Number(values.runs); round++) {
      for (const way of [ours, ...theirs]) {
        const loaded = await way.load(rows);
        seen.set(way.name, [...(seen.get(way.name) ?? []), loaded]);
        const rate = (loaded.pointsPerSecond / 1e6).toFixed(2);
        console.error(
          `  ${rows} row(s), round ${round + 1}, ${way.name}: ${rate} M/s, ${loaded.serverUsPerPoint.toFixed(2)} µs`,
        );
        await sleep(REST_MS);
      }
    }
    print(rows, seen);
  }
}

function waysInto(peer: Peer, points: number): Way[] {
  const formats = Object.keys(peer.paths) as FormatName[];
  const batches = formats.map((format) => ({ format, oneDevice: false }));
  const single = formats.slice(0, 1).map((format) => ({ format, oneDevice: true }));
  return [...batches, ...single].map(({ format, oneDevice }) => ({
    name: `${peer.name}, ${format}, ${oneDevice ? 'one device a request' : 'large batches'}`,
    load: (rows) => intoPeer(peer, format, oneDevice, rows, points),
  }));
}

async function intoPeer(
  peer: Peer,
  format: FormatName,
  oneDevice: boolean,
  rows: number,
  points: number,
): Promise<Loaded> {
  const folder = await mkdtemp(join(tmpdir(), 'mstr-ingest-'));
  const server = await peer.start(folder);
  try {
    const path = peer.paths[format] ?? '/';
    const port = Number(new URL(server.url).port);
    const shape = { devices: DEVICES, series: SERIES, rows, points, oneDevice };
    return await sendTo(server.pid, { port, path, format, ...shape });
  } finally {
    await server.stop();
    await rm(folder, { recursive: true, force: true, maxRetries: 3 });
  }
}

/** Under a device's own (`link.window`, 32): enough for 200 of them to keep a collector busy. */
const WINDOW = '12';

async function intoOurs(bundle: string, rows: number, seconds: string): Promise<Loaded> {
  const folder = await mkdtemp(join(tmpdir(), 'mstr-ingest-'));
  const shape = ['--devices', String(DEVICES), '--series', String(SERIES), '--rows', String(rows)];
  const pace = ['--rate', 'max', '--window', WINDOW, '--for', seconds, '--markers', '0'];
  const options = readArguments([...shape, ...pace]);
  const collector = await CollectorUnderLoad.open({ folder, bundle, profile: false });
  let workers: Workers | undefined;
  try {
    await collector.start();
    workers = await Workers.open({ ...options, mqttPort: collector.mqttPort });
    const seen = await measure(options, collector, workers);
    const { counts, ackLatency } = seen.fleet;
    const { after, before } = seen.collector;
    if (seen.left > 0) throw new Error(`${seen.left} messages were never acknowledged`);
    return {
      pointsPerSecond: counts.ackedPoints / seen.seconds,
      serverUsPerPoint: (after.cpuUs - before.cpuUs) / counts.ackedPoints,
      senderUsPerPoint: seen.simulatorUs / counts.ackedPoints,
      bytesPerPoint: counts.sentBytes / counts.sentPoints,
      p50: ackLatency.quantile(0.5),
      p99: ackLatency.quantile(0.99),
      residentBytes: after.residentBytes,
    };
  } finally {
    workers?.end();
    await collector.end('SIGKILL');
    await rm(folder, { recursive: true, force: true, maxRetries: 3 });
  }
}

function print(rows: number, seen: ReadonlyMap<string, readonly Loaded[]>): void {
  const of = (all: readonly Loaded[], field: keyof Loaded) => all.map((one) => one[field]);
  const reference = median(of([...seen.values()][0] ?? [], 'pointsPerSecond'));
  console.log(
    `\n${rows} sample(s) a message or series, ${DEVICES} devices, ${SERIES} series each\n`,
  );
  printTable(
    [
      'into',
      'M points/s',
      'ours is',
      'server CPU µs a point',
      "sender's",
      'request p50 / p99 ms',
      'bytes a point sent',
      'RSS MB',
    ],
    [...seen].map(([name, all]) => [
      name,
      spread(
        of(all, 'pointsPerSecond').map((rate) => rate / 1e6),
        2,
      ),
      `${(reference / median(of(all, 'pointsPerSecond'))).toFixed(2)} ×`,
      spread(of(all, 'serverUsPerPoint'), 2),
      median(of(all, 'senderUsPerPoint')).toFixed(2),
      `${median(of(all, 'p50')).toFixed(0)} / ${median(of(all, 'p99')).toFixed(0)}`,
      median(of(all, 'bytesPerPoint')).toFixed(1),
      (median(of(all, 'residentBytes')) / 1e6).toFixed(0),
    ]),
  );
}
