/** An SNTP server of the test, honest or not. */
import { createSocket, type Socket } from 'node:dgram';
import { once } from 'node:events';

const TO_UNIX = 2_208_988_800;

/** Replies to one request; each is sent in its order. */
export type TimeAnswer = (request: Buffer) => readonly Uint8Array[];

export interface TimePacket {
  readonly first?: number;
  readonly stratum?: number;
  readonly reference?: string;
  readonly originate?: Uint8Array;
  /** UTC milliseconds. */
  readonly received?: number;
  readonly sent?: number;
}

export class TimeServer implements AsyncDisposable {
  readonly #socket: Socket;
  asked = 0;

  private constructor(socket: Socket) {
    this.#socket = socket;
  }

  static async start(answer: TimeAnswer): Promise<TimeServer> {
    const socket = createSocket('udp4').bind(0, '127.0.0.1');
    await once(socket, 'listening');
    const server = new TimeServer(socket);
    socket.on('message', (request, { port, address }) => {
      server.asked += 1;
      for (const reply of answer(request)) socket.send(reply, port, address);
    });
    return server;
  }

  get port(): number {
    return this.#socket.address().port;
  }

  async [Symbol.asyncDispose](): Promise<void> {
    const closed = once(this.#socket, 'close');
    this.#socket.close();
    await closed;
  }
}

/** A good reply of stratum 2 to the request, but for what is changed. */
export function timePacket(request: Uint8Array, change: TimePacket = {}): Buffer {
  const { first = 0x24, stratum = 2, reference = '', received = Date.now() } = change;
  const packet = Buffer.alloc(48);
  packet[0] = first;
  packet[1] = stratum;
  packet.write(reference, 12, 'latin1');
  packet.set(change.originate ?? request.subarray(40, 48), 24);
  writeTime(packet, 32, received);
  writeTime(packet, 40, change.sent ?? received);
  return packet;
}

function writeTime(packet: Buffer, at: number, ms: number): void {
  const seconds = Math.floor(ms / 1000);
  packet.writeUInt32BE((seconds + TO_UNIX) % 2 ** 32, at);
  packet.writeUInt32BE(Math.floor(((ms - seconds * 1000) / 1000) * 2 ** 32), at + 4);
}
