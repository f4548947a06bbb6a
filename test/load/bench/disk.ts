/** Bytes a point on disk, all included: the same rows in the store and in databases, at rest. */
import { mkdtemp, rm } from 'node:fs/promises';
import { tmpdir } from 'node:os';
import { join } from 'node:path';
import { parseArgs } from 'node:util';
import { HOUR, MINUTE } from '../../../collector/core/store/calendar.ts';
import { openLevelStore } from '../../../collector/io/store/level-store.ts';
import type { Labels, SampleStore } from '../../../collector/ports.ts';
import { encoderFor, type FormatName, HEADERS } from '../peers/formats.ts';
import { ensureOk } from '../peers/http.ts';
import { peersHere } from '../peers/index.ts';
import { versionOf } from '../peers/install.ts';
import { bytesIn, type Peer } from '../peers/peer.ts';
import type { DeviceBlock, SeriesName } from '../peers/rows.ts';
import { printTable } from '../peers/table.ts';
import { INTERVAL, makeFleet } from '../store/fleet.ts';

export const describe =
  'Bytes a point on disk beside VictoriaMetrics, Prometheus, InfluxDB: [20m|8h ...] [--devices N]';

const SERIES = 80;
const DAY = 24 * HOUR;
const ROWS = 6;

interface Data {
  readonly title: string;
  readonly devices: number;
  readonly span: number;
  /** UTC milliseconds of the first row: a midnight, so that all lies in one day. */
  readonly start: number;
}

export async function run(args: string[]): Promise<void> {
  const options = { devices: { type: 'string' } } as const;
  const { values, positionals } = parseArgs({ args, options, allowPositionals: true });
  const start = Math.floor(Date.now() / DAY) * DAY - DAY;
  const count = (usual: number) => Number(values.devices ?? usual);
  const all: readonly Data[] = [
    { title: '20m', devices: count(200), span: 20 * MINUTE, start },
    { title: '8h', devices: count(50), span: 8 * HOUR, start },
  ];
  const wanted = all.filter(({ title }) => positionals.length === 0 || positionals.includes(title));
  const peers = peersHere();
  const rows = [
    ['ours', 'housekeeping as three hours later, closed', ...(await each(wanted, ours))],
  ];
  for (const peer of peers) {
    const cells = await each(wanted, (data, folder) => theirs(peer, data, folder));
    rows.push([`${peer.name} ${versionOf(peer)}`, peer.settling, ...cells]);
  }
  const heads = wanted.map(({ title, devices }) => `bytes a point, ${title}, ${devices} devices`);
  printTable(['', 'how it was brought to rest', ...heads], rows);
}

async function each(
  wanted: readonly Data[],
  bytesOf: (data: Data, folder: string) => Promise<number>,
): Promise<string[]> {
  const cells: string[] = [];
  for (const data of wanted) {
    const folder = await mkdtemp(join(tmpdir(), 'mstr-disk-'));
    try {
      const points = data.devices * SERIES * (data.span / INTERVAL);
      const each = ((await bytesOf(data, folder)) / points).toFixed(3);
      console.error(`  ${data.title} ${each}`);
      cells.push(each);
    } finally {
      await rm(folder, { recursive: true, force: true, maxRetries: 3 });
    }
  }
  return cells;
}

async function ours({ devices, span, start }: Data, folder: string): Promise<number> {
  const store = await openLevelStore({ path: folder });
  const fleet = makeFleet(store, devices, SERIES, start);
  let seq = 0;
  for (let row = 0; row < span / INTERVAL; row += ROWS) {
    for (let device = 0; device < devices; device++)
      store.append(++seq, fleet.ids[device] as Uint32Array, [fleet.block(device, ROWS)]);
    if (row % (10 * ROWS) === 9 * ROWS) await store.checkpoint();
  }
  await store.checkpoint();
  for (let now = start + span; now <= start + span + 3 * HOUR; now += 10 * MINUTE)
    for (let i = 0; i < 40; i++) await store.maintain(now);
  await store.close();
  return bytesIn(folder);
}

async function theirs(peer: Peer, data: Data, folder: string): Promise<number> {
  const server = await peer.start(folder);
  try {
    const [[format, path] = []] = Object.entries(peer.paths) as [FormatName, string][];
    if (format === undefined) throw new Error(`${peer.name} takes nothing`);
    const { names, blocks } = rowsOf(data);
    const encode = encoderFor(format, (device) => names[device] ?? []);
    for (const some of blocks) {
      const body = encode(some);
      await ensureOk(server.url + path, { method: 'POST', headers: HEADERS[format], body });
    }
    return await server.settledBytes();
  } finally {
    await server.stop();
  }
}

/** The rows that our store gets, with their names. */
function rowsOf({ devices, span, start }: Data): {
  names: SeriesName[][];
  blocks: Iterable<DeviceBlock[]>;
} {
  const labels: Labels[] = [];
  const resolve = (one: Labels) => labels.push(one);
  const fleet = makeFleet({ resolve } as unknown as SampleStore, devices, SERIES, start);
  const names = Array.from({ length: devices }, (_, device) =>
    labels.slice(device * SERIES, (device + 1) * SERIES).map(nameOf),
  );
  function* blocks(): Generator<DeviceBlock[]> {
    for (let row = 0; row < span / INTERVAL; row += ROWS)
      yield Array.from({ length: devices }, (_, device) => ({
        device,
        ...fleet.block(device, ROWS),
      }));
  }
  return { names, blocks: blocks() };
}

function nameOf(labels: Labels): SeriesName {
  const { __name__: name = '', ...rest } = Object.fromEntries(labels);
  return { name, labels: Object.entries(rest) };
}
