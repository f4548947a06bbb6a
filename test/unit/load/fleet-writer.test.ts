import { describe, expect, it } from 'vitest';
import {
  decodeBatch,
  decodeBody,
  encodeBatch,
  encodeBody,
} from '../../../protocol/messages/batch.ts';
import { mostBytes, writeBatch } from '../../load/fleet/batch-writer.ts';
import { Histogram } from '../../load/fleet/histogram.ts';
import { PacketCutter } from '../../load/fleet/mqtt.ts';

const EPOCH = Buffer.from('0102030405060708', 'hex');
const BOOT = Buffer.from('1112131415161718', 'hex');
const SCHEMA = Buffer.from('2122232425262728', 'hex');
const TOPIC = Buffer.from('\0\x04a/bm', 'latin1');
const WALL = 1_795_227_888_171;

function block(times: number[], firstAlias: number, values: number[]) {
  const cells = Float64Array.from(values);
  const presence = new Map<number, Uint8Array>();
  return { times: Float64Array.from(times), firstAlias, columns: 1, values: cells, presence };
}

describe('the fleet simulator', () => {
  it.each([1, 23, 24, 255, 256, 65_535, 65_536, 2 ** 32])(
    'writes the very bytes of encodeBatch, number %i',
    (number) => {
      const body = encodeBody([block([WALL], 0, [42.5])], WALL, [{}]);
      const identity = { epoch: EPOCH, schema: SCHEMA, markerAlias: 300 };
      const record = { number, low: number, wall: WALL, mono: 123_456, clock: 1, boot: BOOT };
      const into = Buffer.alloc(mostBytes(TOPIC, body.length));
      const end = writeBatch(into, 0, TOPIC, 7, identity, { ...record, body, marker: 0 });
      const packets: Buffer[] = [];
      const cutter = new PacketCutter((_first, bytes, from, to) =>
        packets.push(bytes.subarray(from, to)),
      );
      cutter.push(into.subarray(0, 5));
      cutter.push(into.subarray(5, end));
      const header = {
        ...record,
        clock: 1,
        epoch: EPOCH.toString('hex'),
        boot: BOOT.toString('hex'),
      } as const;
      const expected = encodeBatch({ header, schema: SCHEMA.toString('hex'), body });
      expect(packets).toHaveLength(1);
      expect(packets[0]?.subarray(TOPIC.length + 2)).toEqual(Buffer.from(expected));
    },
  );

  it('adds a marker as a block of its own', () => {
    const body = encodeBody([block([WALL], 0, [42.5])], WALL, [{}]);
    const marker = WALL + 72_000_123;
    const identity = { epoch: EPOCH, schema: SCHEMA, markerAlias: 1 };
    const record = { number: 9, low: 3, wall: WALL, mono: 5, clock: 1, boot: BOOT, body, marker };
    const into = Buffer.alloc(mostBytes(TOPIC, body.length));
    const end = writeBatch(into, 0, TOPIC, 7, identity, record);
    const payload = into.subarray(2 + TOPIC.length + 2, end);
    const batch = decodeBatch(payload);
    const blocks = batch.ok ? decodeBody(batch.value.body, WALL, [{}, {}]) : batch;
    expect(blocks.ok && blocks.value.map(({ times, values }) => [times[0], values[0]])).toEqual([
      [WALL, 42.5],
      [marker, marker],
    ]);
  });

  it('knows quantiles within two per cent', () => {
    const histogram = new Histogram();
    for (let ms = 1; ms <= 1_000; ms++) histogram.add(ms);
    expect(histogram.quantile(0.5)).toBeGreaterThanOrEqual(500);
    expect(histogram.quantile(0.5)).toBeLessThan(511);
    expect(histogram.quantile(0.99)).toBeLessThan(1_011);
  });
});
