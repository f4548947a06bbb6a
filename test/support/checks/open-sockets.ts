/** A server on a loopback port, and the connections that are open at it. */
import { once } from 'node:events';
import type { AddressInfo, Server, Socket } from 'node:net';

export class OpenSockets implements AsyncDisposable {
  readonly port: number;
  readonly #server: Server;
  readonly #open: Set<Socket>;
  /** Connections there ever were. */
  accepted = 0;

  private constructor(server: Server, open: Set<Socket>) {
    this.#server = server;
    this.#open = open;
    this.port = (server.address() as AddressInfo).port;
    server.on('connection', () => {
      this.accepted += 1;
    });
  }

  static async of(server: Server): Promise<OpenSockets> {
    const open = new Set<Socket>();
    server.on('connection', (socket: Socket) => {
      open.add(socket);
      socket.on('error', () => {});
      socket.once('close', () => open.delete(socket));
    });
    server.listen(0, '127.0.0.1');
    await once(server, 'listening');
    return new OpenSockets(server, open);
  }

  /** Resolves when the others have closed all of their connections. */
  async closed(): Promise<void> {
    for (const socket of this.#open) {
      socket.resume();
      await new Promise((resolve) => socket.once('close', resolve));
    }
  }

  async [Symbol.asyncDispose](): Promise<void> {
    for (const socket of this.#open) socket.destroy();
    const over = once(this.#server, 'close');
    this.#server.close();
    await over;
  }
}
