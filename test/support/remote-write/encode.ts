/** Remote write from the other side: requests as a Prometheus would send them. */
import { compress } from 'snappyjs';

export interface SentSeries {
  /** In the order in which they are sent. */
  readonly labels: readonly (readonly [name: string, value: string])[];
  /** UTC milliseconds, and a number or its bits. */
  readonly samples: readonly (readonly [time: number, value: number | bigint])[];
}

export function writeRequest(series: readonly SentSeries[]): Buffer {
  return snap(encodeRequest(series));
}

export function snap(bytes: Uint8Array): Buffer {
  return Buffer.from(compress(bytes));
}

export function encodeRequest(series: readonly SentSeries[]): Buffer {
  return Buffer.concat(series.map((one) => message(1, encodeSeries(one))));
}

export function encodeSeries({ labels, samples }: SentSeries): Buffer {
  const encoded = labels.map(([name, value]) =>
    message(1, Buffer.concat([message(1, Buffer.from(name)), message(2, Buffer.from(value))])),
  );
  return Buffer.concat([
    ...encoded,
    ...samples.map(([time, value]) => message(2, sample(time, value))),
  ]);
}

function sample(time: number, value: number | bigint): Buffer {
  const double = Buffer.alloc(9);
  double[0] = 0x09;
  if (typeof value === 'bigint') double.writeBigUInt64LE(value, 1);
  else double.writeDoubleLE(value, 1);
  return Buffer.concat([double, Buffer.of(0x10), varint(BigInt.asUintN(64, BigInt(time)))]);
}

/** A field of bytes. */
export function message(field: number, content: Uint8Array): Buffer {
  return Buffer.concat([Buffer.of(field * 8 + 2), varint(BigInt(content.length)), content]);
}

export function varint(value: bigint): Buffer {
  const bytes: number[] = [];
  let rest = value;
  for (; rest >= 0x80n; rest >>= 7n) bytes.push(Number(rest & 0x7fn) | 0x80);
  bytes.push(Number(rest));
  return Buffer.from(bytes);
}
