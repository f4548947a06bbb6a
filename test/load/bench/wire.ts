/** Size and speed of batches on a recorded trace, beside other forms of the same rows. */
import {
  type Block,
  decodeBatch,
  decodeBody,
  encodeBatch,
  encodeBody,
} from '../../../protocol/messages/batch.ts';
import type { Header } from '../../../protocol/messages/envelope.ts';
import {
  dictionaryId,
  encodeSchema,
  type SeriesDefinition,
} from '../../../protocol/messages/schema.ts';
import { RemoteWriteEncoder } from '../peers/remote-write.ts';
import { cborMapBytes, jsonBytes, lineProtocolBytes } from '../wire/peers.ts';
import { dictionary, readTrace, type Trace, traceBlock } from '../wire/trace.ts';

export const describe =
  'bytes per point and codec speed, beside JSON, line protocol, remote write, CBOR maps';

/** Samples a message, and the most bytes a point that they may take (GOALS.md). */
const GOALS = [
  [1, 4],
  [6, 2],
  [30, 1.2],
] as const;
const AGES_DAYS = [0, 1, 7];

const header: Header = {
  epoch: '0102030405060708',
  number: 70_000,
  low: 69_990,
  boot: 'aabbccddeeff0011',
  wall: 0,
  mono: 4_000_000_000,
  clock: 1,
};

export function run(_args: string[]): Promise<void> {
  const trace = readTrace();
  const points = trace.series.length;
  const schema = encodeSchema(dictionary(trace, 0));
  console.log(
    `${points} series, ${trace.times.length} rows; schema ${schema.length} bytes, sent once`,
  );
  const sent = new RemoteWriteEncoder(() => trace.series);
  const remoteWrite = (_: Trace, from: number, rows: number) =>
    sent.encode([{ device: 0, ...traceBlock(trace, from, rows) }]).length;
  console.log('\nbytes per point, header included (goal 4 / 2 / 1.2), by age of the dictionary');
  for (const [rows, goal] of GOALS) {
    const cells = AGES_DAYS.map((age) => `${age} d ${size(trace, rows, age).toFixed(2)}`);
    const met = AGES_DAYS.every((age) => size(trace, rows, age) <= goal) ? 'met' : 'MISSED';
    const forms = [jsonBytes, lineProtocolBytes, remoteWrite, cborMapBytes];
    const peers = forms.map((of) => over(trace, rows, of));
    const [json, line, remote, maps] = peers.map((bytes) => bytes.toFixed(1));
    console.log(
      `${rows} rows: ${cells.join(', ')} (${met}); JSON ${json}, line protocol ${line}, remote write ${remote}, CBOR maps ${maps}`,
    );
  }
  console.log('\nspeed, million points per CPU second (encode; decode with header; body alone)');
  for (const [rows] of GOALS) console.log(speed(trace, rows));
  return Promise.resolve();
}

function message(block: Block, series: readonly SeriesDefinition[], schema: string): Uint8Array {
  const wall = block.times[0] ?? 0;
  return encodeBatch({
    header: { ...header, wall },
    schema,
    body: encodeBody([block], wall, series),
  });
}

function size(trace: Trace, rows: number, ageDays: number): number {
  const series = dictionary(trace, ageDays);
  const id = dictionaryId(encodeSchema(series));
  return over(trace, rows, (_, from) => message(traceBlock(trace, from, rows), series, id).length);
}

/** Average over the whole trace, bytes a point. */
function over(
  trace: Trace,
  rows: number,
  bytesOf: (trace: Trace, from: number, rows: number) => number,
): number {
  let bytes = 0;
  let taken = 0;
  for (let from = 0; from + rows <= trace.times.length; from += rows) {
    bytes += bytesOf(trace, from, rows);
    taken += rows;
  }
  return bytes / (taken * trace.series.length);
}

function speed(trace: Trace, rows: number): string {
  const series = dictionary(trace, 1);
  const schema = dictionaryId(encodeSchema(series));
  const block = traceBlock(trace, rows, rows);
  const payload = message(block, series, schema);
  const wall = block.times[0] ?? 0;
  const body = encodeBody([block], wall, series);
  const points = rows * trace.series.length;
  const rates = [
    () => message(block, series, schema),
    () => {
      const batch = decodeBatch(payload);
      return batch.ok && decodeBody(batch.value.body, batch.value.header.wall, series);
    },
    () => decodeBody(body, wall, series),
  ].map((work) => cpuMicros(work));
  const [encode = 0, decode = 0, bodyAlone = 0] = rates.map((micros) => points / micros);
  return `${rows} rows: ${encode.toFixed(1)} (${rates[0]?.toFixed(1)} µs a message); ${decode.toFixed(1)}; ${bodyAlone.toFixed(1)}`;
}

/** CPU microseconds a call, warmed up. */
function cpuMicros(work: () => unknown): number {
  const calls = 20_000;
  for (let i = 0; i < calls; i++) work();
  const before = process.cpuUsage();
  for (let i = 0; i < calls; i++) work();
  const { user, system } = process.cpuUsage(before);
  return (user + system) / calls;
}
