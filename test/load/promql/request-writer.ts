/** Write requests for many samples, quickly: one buffer, written from front to back. */
import { compress } from 'snappyjs';

/** Labels of a series as they stand in a request, made once. */
export function encodeLabels(labels: Readonly<Record<string, string>>): Buffer {
  const sorted = Object.entries(labels).sort(([a], [b]) => (a < b ? -1 : 1));
  return Buffer.concat(
    sorted.map(([name, value]) => field(1, Buffer.concat([text(1, name), text(2, value)]))),
  );
}

export class RequestWriter {
  private readonly bytes = Buffer.allocUnsafe(16 * 1_048_576);
  private at = 0;
  private samples = 0;

  get length(): number {
    return this.at;
  }

  /** A series with `count` samples from `start` on, `step` apart. */
  series(
    labels: Buffer,
    start: number,
    step: number,
    count: number,
    value: (index: number) => number,
  ): void {
    // double: 9, varint of a time in this century: 1 + 6.
    const sampleBytes = 16;
    this.head(1, labels.length + count * (sampleBytes + 2));
    this.at += labels.copy(this.bytes, this.at);
    for (let i = 0; i < count; i++) {
      this.bytes[this.at++] = 0x12;
      this.bytes[this.at++] = sampleBytes;
      this.bytes[this.at++] = 0x09;
      this.at = this.bytes.writeDoubleLE(value(i), this.at);
      this.bytes[this.at++] = 0x10;
      this.varint(start + i * step);
    }
    this.samples += count;
  }

  /** The compressed request and how many samples it has; the writer begins anew. */
  take(): { readonly body: Buffer; readonly samples: number } {
    const body = Buffer.from(compress(this.bytes.subarray(0, this.at)));
    const { samples } = this;
    this.at = 0;
    this.samples = 0;
    return { body, samples };
  }

  private head(number: number, length: number): void {
    this.bytes[this.at++] = number * 8 + 2;
    this.varint(length);
  }

  private varint(value: number): void {
    let rest = value;
    for (; rest >= 0x80; rest = Math.floor(rest / 0x80))
      this.bytes[this.at++] = (rest % 0x80) | 0x80;
    this.bytes[this.at++] = rest;
  }
}

function field(number: number, content: Buffer): Buffer {
  // Labels are shorter than 128 bytes here.
  return Buffer.concat([Buffer.of(number * 8 + 2, content.length), content]);
}

function text(number: number, value: string): Buffer {
  return field(number, Buffer.from(value));
}
