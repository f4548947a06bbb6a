/** PromQL beside Debian's Prometheus: the same samples in both, the same queries, in one run. */
import { mkdtemp, rm } from 'node:fs/promises';
import { tmpdir } from 'node:os';
import { join } from 'node:path';
import { parseArgs } from 'node:util';
import { bundlePrograms } from '../../support/pipeline/programs.ts';
import { startPrometheus } from '../../support/prometheus.ts';
import { CollectorUnderLoad } from '../fleet/collector.ts';
import { costOf } from '../fleet/proc.ts';
import { type FleetShape, requests } from '../promql/fleet-data.ts';
import { type Asked, asked, type Timed, time } from '../promql/queries.ts';

export const describe =
  'PromQL beside Prometheus: [--devices N (10000)] [--device-hours H (24)] [--runs R (9)]';

const STEP = 15_000;
/** Both are left alone for so long after loading. */
const REST_MS = 10_000;

interface Server {
  readonly name: string;
  readonly url: string;
  readonly pid: number;
}

export async function run(args: string[]): Promise<void> {
  const { values } = parseArgs({
    args,
    options: {
      devices: { type: 'string', default: '10000' },
      'device-hours': { type: 'string', default: '24' },
      runs: { type: 'string', default: '9' },
    },
  });
  const shape = {
    devices: Number(values.devices),
    deviceHours: Number(values['device-hours']),
    end: Math.floor(Date.now() / STEP) * STEP,
  };
  const folder = await mkdtemp(join(tmpdir(), 'mstr-promql-'));
  const bundle = (await bundlePrograms()).collector;
  const collector = await CollectorUnderLoad.open({ folder, bundle, profile: false });
  const prometheus = await startPrometheus({ receives: true });
  try {
    await collector.start();
    const ours = { name: 'muster', url: collector.http, pid: collector.pid };
    const theirs = { name: 'prometheus', url: prometheus.url, pid: prometheus.pid };
    await load(shape, [ours, theirs]);
    await new Promise((resolve) => setTimeout(resolve, REST_MS));
    for (const query of asked(shape.end, shape.deviceHours))
      await compare(query, ours, theirs, Number(values.runs));
    for (const { name, pid } of [ours, theirs])
      console.log(
        `${name.padEnd(12)} ${megabytes(costOf(pid).residentBytes)} MB resident at the end`,
      );
  } finally {
    await collector.end('SIGKILL');
    await prometheus.stop();
    await rm(folder, { recursive: true, force: true, maxRetries: 3 });
  }
}

/** Each request to one server after the other, so that neither works beside the other. */
async function load(shape: FleetShape, servers: readonly Server[]): Promise<void> {
  const spent = servers.map(() => 0);
  const before = servers.map(({ pid }) => costOf(pid).cpuUs);
  let samples = 0;
  for (const request of requests(shape)) {
    samples += request.samples;
    for (const [i, { url, name }] of servers.entries()) {
      const began = performance.now();
      const answer = await send(url, request.body);
      if (answer !== '') throw new Error(`${name}: ${answer}`);
      spent[i] = (spent[i] as number) + performance.now() - began;
    }
  }
  console.log(`${shape.devices} devices, ${(samples / 1e6).toFixed(1)} M samples by remote write`);
  for (const [i, { name, pid }] of servers.entries()) {
    const rate = samples / (spent[i] as number) / 1000;
    const cpu = (costOf(pid).cpuUs - (before[i] as number)) / samples;
    const resident = megabytes(costOf(pid).residentBytes);
    console.log(
      `${name.padEnd(12)} ${rate.toFixed(2)} M samples/s, ${cpu.toFixed(2)} µs CPU each, ${resident} MB resident`,
    );
  }
}

async function send(url: string, body: Buffer): Promise<string> {
  const headers = {
    'content-type': 'application/x-protobuf',
    'content-encoding': 'snappy',
    'x-prometheus-remote-write-version': '0.1.0',
  };
  const response = await fetch(`${url}/api/v1/write`, { method: 'POST', headers, body });
  return response.status === 204 ? '' : `${response.status} ${await response.text()}`;
}

async function compare(query: Asked, ours: Server, theirs: Server, runs: number): Promise<void> {
  const times: [number[], number[]] = [[], []];
  let same = true;
  for (let i = 0; i < runs; i++) {
    // In turns, and not always the same first.
    const order = i % 2 === 0 ? [ours, theirs] : [theirs, ours];
    const answers = new Map<Server, Timed>();
    for (const server of order) answers.set(server, await time(server.url, query));
    const [a, b] = [answers.get(ours) as Timed, answers.get(theirs) as Timed];
    times[0].push(a.ms);
    times[1].push(b.ms);
    if (a.result !== b.result) same = false;
  }
  const [mine, other] = times.map(median) as [number, number];
  console.log(
    `${query.name.padEnd(40)} ${mine.toFixed(1).padStart(9)} ms ${other.toFixed(1).padStart(9)} ms ` +
      `${(mine / other).toFixed(2).padStart(7)} ×  ${same ? 'equal' : 'DIFFERENT'}`,
  );
}

function median(values: readonly number[]): number {
  const sorted = [...values].sort((a, b) => a - b);
  return sorted[sorted.length >> 1] ?? Number.NaN;
}

function megabytes(bytes: number): string {
  return (bytes / 1e6).toFixed(0);
}
