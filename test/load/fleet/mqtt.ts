/**
 * As much of MQTT 3.1.1 as a simulated device needs, written for the number of devices: no streams,
 * no promises, no state but a few integers. Apart from the agent's own code on purpose: the bench
 * must not move when that does.
 */

export const MQTT = { connack: 2, publish: 3, puback: 4, suback: 9 } as const;

export const PINGREQ = Buffer.of(0xc0, 0);

export interface Will {
  readonly topic: string;
  readonly payload: Uint8Array;
}

/** Clean session; the will is QoS 1 and retained. */
export function connectPacket(clientId: string, keepaliveSeconds: number, will: Will): Buffer {
  const head = Buffer.of(0, 4, 0x4d, 0x51, 0x54, 0x54, 4, 0x2e, keepaliveSeconds >> 8, 0);
  head[9] = keepaliveSeconds & 0xff;
  return packet(0x10, [head, field(clientId), field(will.topic), field(will.payload)]);
}

export function subscribePacket(id: number, filters: readonly string[]): Buffer {
  const wanted = filters.flatMap((filter) => [field(filter), Buffer.of(1)]);
  return packet(0x82, [Buffer.of(id >> 8, id & 0xff), ...wanted]);
}

/** QoS 1. */
export function publishPacket(
  topic: string,
  id: number,
  payload: Uint8Array,
  retain: boolean,
): Buffer {
  return packet(0x32 | (retain ? 1 : 0), [field(topic), Buffer.of(id >> 8, id & 0xff), payload]);
}

export function pubackPacket(id: number): Buffer {
  return Buffer.of(0x40, 2, id >> 8, id & 0xff);
}

function packet(first: number, parts: readonly Uint8Array[]): Buffer {
  const head = [first];
  let length = parts.reduce((sum, part) => sum + part.length, 0);
  for (; length > 127; length = Math.floor(length / 128)) head.push((length % 128) | 0x80);
  return Buffer.concat([Buffer.of(...head, length), ...parts]);
}

function field(value: string | Uint8Array): Buffer {
  const bytes = typeof value === 'string' ? Buffer.from(value) : value;
  return Buffer.concat([Buffer.of(bytes.length >> 8, bytes.length & 0xff), bytes]);
}

type Take = (first: number, bytes: Buffer, start: number, end: number) => void;

/** Cuts what comes into packets. What a broker sends is small: a rest is simply kept. */
export class PacketCutter {
  private rest: Buffer | undefined;
  private readonly take: Take;

  constructor(take: Take) {
    this.take = take;
  }

  push(chunk: Buffer): void {
    const bytes = this.rest === undefined ? chunk : Buffer.concat([this.rest, chunk]);
    this.rest = undefined;
    let at = 0;
    while (at < bytes.length) {
      let length = 0;
      let shift = 1;
      let body = at + 1;
      let byte = 0x80;
      while (byte >= 0x80 && body < bytes.length) {
        byte = bytes[body++] as number;
        length += (byte & 0x7f) * shift;
        shift *= 128;
      }
      if (byte >= 0x80 || body + length > bytes.length) {
        this.rest = bytes.subarray(at);
        return;
      }
      this.take(bytes[at] as number, bytes, body, body + length);
      at = body + length;
    }
  }
}
