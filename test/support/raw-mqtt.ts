/** MQTT by the byte, for clients that do what no library would. */
import { once } from 'node:events';
import { connect, type Socket } from 'node:net';
import { Inbox } from './inbox.ts';

export class RawClient {
  readonly socket: Socket;
  readonly received = new Inbox<Buffer>();
  readonly closed: Promise<void>;

  private constructor(socket: Socket) {
    this.socket = socket;
    // Not `once`: a reset connection is closed too, not an error of the test.
    this.closed = new Promise((resolve) => socket.once('close', () => resolve()));
    socket.on('error', () => {});
    socket.on('data', this.received.push);
  }

  static async open(url: string): Promise<RawClient> {
    const { hostname, port } = new URL(url);
    const socket = connect(Number(port), hostname);
    await once(socket, 'connect');
    return new RawClient(socket);
  }

  /** Connected, with CONNACK received. */
  static async connected(url: string, clientId: string, keepaliveSeconds = 0): Promise<RawClient> {
    const client = await RawClient.open(url);
    client.socket.write(connectPacket(clientId, keepaliveSeconds));
    await client.received.take(1);
    return client;
  }

  /** Writes the same bytes until the other side closes, as fast as it takes them. */
  async pour(bytes: Buffer, most: number): Promise<number> {
    let poured = 0;
    while (poured < most && !this.socket.destroyed) {
      poured += bytes.length;
      if (this.socket.write(bytes)) continue;
      const drained = new Promise((resolve) => this.socket.once('drain', resolve));
      await Promise.race([drained, this.closed]);
    }
    return poured;
  }
}

export function connectPacket(clientId: string, keepaliveSeconds = 0, level = 4): Buffer {
  const keepalive = Buffer.from([keepaliveSeconds >> 8, keepaliveSeconds & 0xff]);
  const properties = level === 5 ? Buffer.from([0]) : Buffer.alloc(0);
  const flags = Buffer.from([level, 2]);
  return framed(0x10, Buffer.concat([text('MQTT'), flags, keepalive, properties, text(clientId)]));
}

export function publishPacket(topic: string, payload: Buffer, messageId?: number): Buffer {
  const id = messageId === undefined ? [] : [messageId >> 8, messageId & 0xff];
  const first = messageId === undefined ? 0x30 : 0x32;
  return framed(first, Buffer.concat([text(topic), Buffer.from(id), payload]));
}

export function subscribePacket(messageId: number, filters: readonly string[]): Buffer {
  const parts = filters.flatMap((filter) => [text(filter), Buffer.from([0])]);
  const id = Buffer.from([messageId >> 8, messageId & 0xff]);
  return framed(0x82, Buffer.concat([id, ...parts]));
}

export function framed(first: number, body: Buffer): Buffer {
  return Buffer.concat([header(first, body.length), body]);
}

export function header(first: number, bodyBytes: number): Buffer {
  const bytes = [first];
  let rest = bodyBytes;
  do {
    bytes.push((rest % 128) + (rest >= 128 ? 128 : 0));
    rest = Math.floor(rest / 128);
  } while (rest > 0);
  return Buffer.from(bytes);
}

function text(value: string): Buffer {
  const bytes = Buffer.from(value);
  return Buffer.concat([Buffer.from([bytes.length >> 8, bytes.length & 0xff]), bytes]);
}
