/**
 * The queries of GOALS.md beside Prometheus and VictoriaMetrics: the same samples by remote write in
 * each, the same requests in turn; and what a series costs each in memory after that.
 */
import { existsSync } from 'node:fs';
import { mkdtemp, rm } from 'node:fs/promises';
import { tmpdir } from 'node:os';
import { join } from 'node:path';
import { setTimeout as sleep } from 'node:timers/promises';
import { parseArgs } from 'node:util';
import { CollectorUnderLoad } from '../fleet/collector.ts';
import { costOf } from '../fleet/proc.ts';
import { bundleCollectorWithRules } from '../peers/bundle.ts';
import { HEADERS } from '../peers/formats.ts';
import { ensureOk } from '../peers/http.ts';
import { ensureInstalled, versionOf } from '../peers/install.ts';
import { prometheus } from '../peers/prometheus.ts';
import { median, printTable } from '../peers/table.ts';
import { victoriaMetrics } from '../peers/victoria-metrics.ts';
import { type FleetShape, requests } from '../promql/fleet-data.ts';
import { type Asked, asked, time } from '../promql/queries.ts';

export const describe =
  'queries and memory a series beside Prometheus and VictoriaMetrics: [--devices 10000] [--device-hours 24] [--runs 7]';

const STEP = 15_000;
/** All are left alone for so long after loading. */
const REST_MS = 15_000;
/** Series of the one device, and of each other. */
const ONE_DEVICE_SERIES = 80;
const FLEET_SERIES = 3;

interface Server {
  readonly name: string;
  readonly url: string;
  readonly pid: number;
  readonly startBytes: number;
  /** How its process ended, when it did. */
  ending(): Promise<string | undefined>;
  stop(): Promise<void>;
}

export async function run(args: string[]): Promise<void> {
  const { values } = parseArgs({
    args,
    options: {
      devices: { type: 'string', default: '10000' },
      'device-hours': { type: 'string', default: '24' },
      runs: { type: 'string', default: '7' },
    },
  });
  const deviceHours = Number(values['device-hours']);
  const end = Math.floor(Date.now() / STEP) * STEP;
  const shape = { devices: Number(values.devices), deviceHours, end };
  const folder = await mkdtemp(join(tmpdir(), 'mstr-query-'));
  const servers: Server[] = [];
  try {
    servers.push(await startOurs(folder));
    for (const peer of [prometheus, victoriaMetrics].filter(ensureInstalled)) {
      const server = await peer.start(folder);
      const name = `${peer.name} ${versionOf(peer)}`;
      const startBytes = costOf(server.pid).residentBytes;
      const ending = () => Promise.resolve(isThere(server.pid) ? undefined : 'its process ended');
      servers.push({ ...server, name, startBytes, ending });
    }
    const loading = await load(shape, servers);
    await sleep(REST_MS);
    printMemory(servers, shape.devices * FLEET_SERIES + ONE_DEVICE_SERIES, loading);
    await printQueries(servers, asked(end, deviceHours), Number(values.runs));
  } catch (error) {
    throw new Error(await endings(servers), { cause: error });
  } finally {
    for (const server of servers) await server.stop();
    await rm(folder, { recursive: true, force: true, maxRetries: 3 });
  }
}

/** Who is gone, and how: what is stopped at the end must not look like what ended by itself. */
async function endings(servers: readonly Server[]): Promise<string> {
  const told = [];
  for (const { name, ending } of servers) told.push(`${name}: ${(await ending()) ?? 'runs'}`);
  return `the bench failed; of its servers\n${told.join('\n')}`;
}

function isThere(pid: number): boolean {
  return existsSync(`/proc/${pid}`);
}

async function startOurs(folder: string): Promise<Server> {
  const bundle = await bundleCollectorWithRules();
  const collector = await CollectorUnderLoad.open({ folder, bundle, profile: false });
  await collector.start();
  const startBytes = costOf(collector.pid).residentBytes;
  return {
    ...{ name: 'ours', url: collector.http, pid: collector.pid, startBytes },
    ending: () => collector.ending(),
    stop: () => collector.end('SIGKILL'),
  };
}

/** Each request to one server after the other, so that none works beside another. CPU µs a sample. */
async function load(shape: FleetShape, servers: readonly Server[]): Promise<number[]> {
  const before = servers.map(({ pid }) => costOf(pid).cpuUs);
  let samples = 0;
  for (const request of requests(shape)) {
    samples += request.samples;
    const init = { method: 'POST', headers: HEADERS['remote write'], body: request.body };
    for (const { url } of servers) await ensureOk(`${url}/api/v1/write`, init);
  }
  console.log(
    `${shape.devices} devices, ${(samples / 1e6).toFixed(1)} M samples by remote write\n`,
  );
  return servers.map(({ pid }, i) => (costOf(pid).cpuUs - (before[i] ?? 0)) / samples);
}

function printMemory(servers: readonly Server[], series: number, cpu: readonly number[]): void {
  const rows = servers.map(({ name, pid, startBytes }, i) => {
    const { residentBytes } = costOf(pid);
    const each = (residentBytes - startBytes) / series;
    const resident = (residentBytes / 1e6).toFixed(0);
    return [name, resident, `${(each / 1e3).toFixed(2)} kB`, (cpu[i] ?? Number.NaN).toFixed(2)];
  });
  const grown = `grown by, a series (${series} active)`;
  printTable(['', 'RSS MB after loading', grown, 'CPU µs a sample by remote write'], rows);
  console.log();
}

async function printQueries(
  servers: readonly Server[],
  queries: readonly Asked[],
  runs: number,
): Promise<void> {
  const rows: string[][] = [];
  for (const query of queries) {
    const row = await timed(servers, query, runs);
    // Beside the table, so that a run that fails has told what it had.
    console.error(row.join('  '));
    rows.push(row);
  }
  const others = servers.slice(1).map(({ name }) => `ours by ${name}'s`);
  printTable(['median ms', ...servers.map(({ name }) => name), ...others, 'answers'], rows);
}

async function timed(servers: readonly Server[], query: Asked, runs: number): Promise<string[]> {
  const times = servers.map((): number[] => []);
  let same = true;
  // VictoriaMetrics keeps results of ranges; neither of the others does.
  const fresh = { ...query, path: `${query.path}&nocache=1` };
  for (let i = 0; i < runs; i++) {
    const results: string[] = [];
    // In turns, and not always the same first.
    for (let n = 0; n < servers.length; n++) {
      const at = (n + i) % servers.length;
      const answer = await time((servers[at] as Server).url, fresh);
      times[at]?.push(answer.ms);
      results[at] = answer.result;
    }
    if (results[0] !== results[1]) same = false;
  }
  const medians = times.map(median);
  const ratios = medians.slice(1).map((other) => `${((medians[0] ?? 0) / other).toFixed(2)} ×`);
  const verdict = same ? "Prometheus'" : "NOT Prometheus'";
  return [query.name, ...medians.map((ms) => ms.toFixed(1)), ...ratios, verdict];
}
