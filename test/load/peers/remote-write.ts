/** Write requests of many series, from front to back into one buffer that grows when needed. */
import { compress } from 'snappyjs';
import type { DeviceBlock, SeriesName } from './rows.ts';

/** double and its tag: 9; varint of a time in this century and its tag: 7. */
const SAMPLE_BYTES = 16;

let out = Buffer.allocUnsafe(32 * 1_048_576);
let at = 0;

export class RemoteWriteEncoder {
  private readonly labels = new Map<number, readonly Buffer[]>();
  private readonly namesOf: (device: number) => readonly SeriesName[];

  constructor(namesOf: (device: number) => readonly SeriesName[]) {
    this.namesOf = namesOf;
  }

  encode(blocks: readonly DeviceBlock[]): Buffer {
    at = 0;
    for (const block of blocks) this.block(block);
    return Buffer.from(compress(out.subarray(0, at)));
  }

  private block({ device, times, values }: DeviceBlock): void {
    const rows = times.length;
    for (const [s, labels] of this.labelsOf(device).entries()) {
      const length = labels.length + rows * (SAMPLE_BYTES + 2);
      if (at + length + 8 > out.length) out = Buffer.concat([out, Buffer.allocUnsafe(out.length)]);
      out[at++] = 0x0a;
      varint(length);
      at += labels.copy(out, at);
      for (let row = 0; row < rows; row++) sample(times[row] ?? 0, values[s * rows + row] ?? 0);
    }
  }

  private labelsOf(device: number): readonly Buffer[] {
    const known = this.labels.get(device);
    if (known !== undefined) return known;
    const made = this.namesOf(device).map(encodeLabels);
    this.labels.set(device, made);
    return made;
  }
}

function encodeLabels({ name, labels }: SeriesName): Buffer {
  const all = [['__name__', name] as const, ...labels].sort(([a], [b]) => (a < b ? -1 : 1));
  return Buffer.concat(
    all.map(([key, value]) => field(1, Buffer.concat([text(1, key), text(2, value)]))),
  );
}

function sample(time: number, value: number): void {
  out[at++] = 0x12;
  out[at++] = SAMPLE_BYTES;
  out[at++] = 0x09;
  at = out.writeDoubleLE(value, at);
  out[at++] = 0x10;
  varint(time);
}

function varint(value: number): void {
  let rest = value;
  for (; rest >= 0x80; rest = Math.floor(rest / 0x80)) out[at++] = (rest % 0x80) | 0x80;
  out[at++] = rest;
}

function field(number: number, content: Buffer): Buffer {
  // Labels are shorter than 128 bytes here.
  return Buffer.concat([Buffer.of(number * 8 + 2, content.length), content]);
}

function text(number: number, value: string): Buffer {
  return field(number, Buffer.from(value));
}
