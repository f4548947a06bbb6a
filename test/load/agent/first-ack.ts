/** A TCP link that notes when the first record of an agent was acknowledged by the broker. */
import { once } from 'node:events';
import { type AddressInfo, connect, createServer, type Server } from 'node:net';
import { Frames } from '../../../agent/io/mqtt/frames.ts';

/** Records of the buffer; `state` and `schema` go out before them. */
const RECORD = /\/(m|h|event)$/;

export class FirstAck {
  readonly port: number;
  private readonly server: Server;
  private heard: (() => void) | undefined;

  static async open(target: number): Promise<FirstAck> {
    const server = createServer({ noDelay: true }).listen(0, '127.0.0.1');
    await once(server, 'listening');
    return new FirstAck(server, target);
  }

  private constructor(server: Server, target: number) {
    this.server = server;
    this.port = (server.address() as AddressInfo).port;
    server.on('connection', (near) => {
      const far = connect({ port: target, host: '127.0.0.1', noDelay: true });
      const records = new Set<number>();
      const sent = new Frames((first, body) => {
        const topicEnd = 2 + (first >> 4 === 3 ? body.readUInt16BE(0) : 0);
        if (first >> 4 !== 3 || !RECORD.test(body.toString('utf8', 2, topicEnd))) return;
        records.add(body.readUInt16BE(topicEnd));
      });
      const received = new Frames((first, body) => {
        if (first >> 4 === 4 && records.has(body.readUInt16BE(0))) this.heard?.();
      });
      near.on('data', (bytes: Buffer) => {
        sent.push(bytes);
        far.write(bytes);
      });
      far.on('data', (bytes: Buffer) => {
        received.push(bytes);
        near.write(bytes);
      });
      for (const [one, other] of [
        [near, far],
        [far, near],
      ] as const) {
        one.on('error', () => undefined).on('close', () => other.destroy());
      }
    });
  }

  next(): Promise<void> {
    return new Promise((resolve) => {
      this.heard = resolve;
    });
  }

  close(): void {
    this.server.close();
  }
}
