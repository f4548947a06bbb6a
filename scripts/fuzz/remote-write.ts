/** Remote write's body as a target: snappy, and protobuf inside. */
import { compress } from 'snappyjs';
import { ProtobufError, ProtobufReader } from '../../collector/io/remote-write/protobuf.ts';
import { unsnap } from '../../collector/io/remote-write/snappy.ts';
import { WriteRequestReader } from '../../collector/io/remote-write/write-request.ts';
import type { Result } from '../../protocol/result.ts';

/** Far above what mutated requests hold; the server's own bound is for real ones. */
const MOST_BYTES = 1_048_576;

const field = (number: number, body: Uint8Array) =>
  Buffer.concat([Buffer.of((number << 3) | 2, body.length), body]);
const label = (name: string, value: string) =>
  field(1, Buffer.concat([field(1, Buffer.from(name)), field(2, Buffer.from(value))]));
const sample = (value: number, time: readonly number[]) => {
  const double = Buffer.alloc(8);
  double.writeDoubleLE(value);
  return field(2, Buffer.concat([Buffer.of(0x09), double, Buffer.of(0x10, ...time)]));
};
const series = (name: string, ...rest: Uint8Array[]) =>
  field(1, Buffer.concat([label('__name__', name), label('instance', 'a'), ...rest]));
const TIME = [0xfb, 0xe8, 0xd5, 0xad, 0x9f, 0x34];

const REQUESTS = [
  Buffer.concat([series('up', sample(1, TIME)), series('x', sample(-0, TIME), sample(0, TIME))]),
  Buffer.concat([
    series('long', ...Array.from({ length: 12 }, (_, n) => sample(n, TIME))).subarray(0, 120),
  ]),
  field(
    3,
    Buffer.concat([
      Buffer.of(0x08, 0x01),
      field(2, Buffer.from('up')),
      field(4, Buffer.from('help')),
    ]),
  ),
];

export const remoteWriteSeeds: readonly Uint8Array[] = [
  ...REQUESTS.map((request) => compress(request)),
  // The length says more than there is.
  Buffer.from('ffffff7f00', 'hex'),
  // A copy that reaches before the beginning.
  Buffer.from('10000109ff', 'hex'),
];

export function readRemoteWrite(bytes: Uint8Array): Result<unknown> {
  const body = unsnap(bytes, MOST_BYTES);
  try {
    if (body instanceof Uint8Array) {
      const reader = new WriteRequestReader(new ProtobufReader(body));
      while (reader.next() !== undefined);
    }
  } catch (error) {
    if (!(error instanceof ProtobufError)) throw error;
  }
  return { ok: true, value: undefined };
}
