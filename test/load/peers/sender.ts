/**
 * The load on a peer, in a process of its own: requests made beforehand, so that making them is not
 * measured, each connection one request after the other. argv: its settings as JSON.
 */
import { once } from 'node:events';
import { connect, type Socket } from 'node:net';
import { Histogram } from '../fleet/histogram.ts';
import { FleetRows } from './fleet-rows.ts';
import { encoderFor, type FormatName, HEADERS } from './formats.ts';

export interface SenderSettings {
  readonly port: number;
  readonly path: string;
  readonly format: FormatName;
  readonly devices: number;
  readonly series: number;
  readonly rows: number;
  readonly points: number;
  /** Each request carries one device, over a connection of its own; else as many as suit the peer. */
  readonly oneDevice: boolean;
}

export interface SenderReport {
  readonly seconds: number;
  readonly points: number;
  readonly bytes: number;
  readonly latency: readonly number[];
}

/** Of large batches: enough for two cores, and requests of some 16,000 points. */
const CONNECTIONS = 4;
const REQUEST_POINTS = 16_000;

const settings = JSON.parse(process.argv[2] ?? '{}') as SenderSettings;

interface Lane {
  readonly socket: Socket;
  readonly requests: readonly Buffer[];
}

async function main(): Promise<void> {
  const lanes = await Promise.all(makeRequests().map(open));
  const latency = new Histogram();
  process.send?.('ready');
  await once(process, 'message');
  // The first of each brings new series, which is a start and not what is measured.
  await Promise.all(lanes.map(({ socket, requests }) => send(socket, requests.slice(0, 1))));
  process.send?.('warm');
  await once(process, 'message');
  const began = performance.now();
  await Promise.all(lanes.map(({ socket, requests }) => send(socket, requests.slice(1), latency)));
  const seconds = (performance.now() - began) / 1_000;
  const points = measuredPoints(lanes);
  const bytes = lanes.reduce(
    (sum, { requests }) => sum + requests.slice(1).reduce((n, { length }) => n + length, 0),
    0,
  );
  const report: SenderReport = { seconds, points, bytes, latency: [...latency.buckets] };
  process.send?.(report);
  await once(process, 'message');
  process.exit(0);
}

function shape(): { lanes: number; devicesEach: number; steps: number } {
  const { devices, series, rows, oneDevice } = settings;
  const lanes = oneDevice ? devices : CONNECTIONS;
  const devicesEach = devices / lanes;
  const steps = oneDevice
    ? 1
    : Math.max(1, Math.round(REQUEST_POINTS / (devicesEach * series * rows)));
  return { lanes, devicesEach, steps };
}

function measuredPoints(lanes: readonly Lane[]): number {
  const { devicesEach, steps } = shape();
  const requests = lanes.reduce((sum, lane) => sum + lane.requests.length - 1, 0);
  return requests * devicesEach * steps * settings.series * settings.rows;
}

function makeRequests(): Buffer[][] {
  const { series, rows, points, format } = settings;
  const { lanes, devicesEach, steps } = shape();
  const data = new FleetRows(series);
  const encode = encoderFor(format, (device) => data.names(device));
  const each = Math.ceil(points / (lanes * devicesEach * steps * series * rows)) + 1;
  return Array.from({ length: lanes }, (_, lane) =>
    Array.from({ length: each }, (_, n) => {
      const blocks = Array.from({ length: steps }, (_, step) =>
        Array.from({ length: devicesEach }, (_, d) =>
          data.block(lane * devicesEach + d, (n * steps + step) * rows, rows),
        ),
      );
      return request(encode(blocks.flat()));
    }),
  );
}

function request(body: Buffer): Buffer {
  const { path, format } = settings;
  const headers = Object.entries({ host: '127.0.0.1', ...HEADERS[format] });
  const lines = headers.map(([name, value]) => `${name}: ${value}`).join('\r\n');
  const head = `POST ${path} HTTP/1.1\r\n${lines}\r\ncontent-length: ${body.length}\r\n\r\n`;
  return Buffer.concat([Buffer.from(head), body]);
}

async function open(requests: readonly Buffer[]): Promise<Lane> {
  const socket = connect({ port: settings.port, host: '127.0.0.1', noDelay: true });
  await once(socket, 'connect');
  return { socket, requests };
}

/** Answers of success have no body: one chunk each. */
function send(socket: Socket, requests: readonly Buffer[], latency?: Histogram): Promise<void> {
  return new Promise((resolve, reject) => {
    let next = 0;
    let sentAt = 0;
    const go = () => {
      const one = requests[next++];
      if (one === undefined) {
        socket.off('data', answered);
        resolve();
        return;
      }
      sentAt = performance.now();
      socket.write(one);
    };
    const answered = (bytes: Buffer) => {
      const text = bytes.toString('latin1');
      if (!text.startsWith('HTTP/1.1 204')) reject(new Error(text.slice(0, 500)));
      latency?.add(performance.now() - sentAt);
      go();
    };
    socket.on('data', answered);
    socket.once('error', reject);
    go();
  });
}

process.on('disconnect', () => process.exit(0));
main().catch((error: unknown) => {
  console.error(error);
  process.exit(1);
});
