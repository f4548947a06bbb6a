/** One listening socket, plain or TLS. */
import { type AddressInfo, createServer as createPlain, type Server, type Socket } from 'node:net';
import { createServer as createTls } from 'node:tls';
import { BusError } from '../../core/errors.ts';
import type { BrokerLimits, ListenAt } from './options.ts';

export class Listener {
  readonly url: string;
  readonly #server: Server;
  /** Clients in the middle of a TLS handshake: nobody else knows them yet. */
  readonly #shaking: ReadonlySet<Socket>;

  private constructor(server: Server, shaking: ReadonlySet<Socket>, url: string) {
    this.#server = server;
    this.#shaking = shaking;
    this.url = url;
  }

  static async open(
    at: ListenAt,
    limits: BrokerLimits,
    accept: (socket: Socket) => void,
  ): Promise<Listener> {
    const server = create(at, limits, accept);
    const shaking = new Set<Socket>();
    if (at.tls !== undefined) {
      server.on('connection', (socket: Socket) => {
        shaking.add(socket);
        socket.once('close', () => shaking.delete(socket));
      });
    }
    const { port, host } = at;
    await new Promise<void>((resolve, reject) => {
      server.once('error', (error: NodeJS.ErrnoException) => {
        reject(
          new BusError('bus-listen', `${host}:${port}: ${error.code ?? error.message}`, error),
        );
      });
      server.listen({ host, port, backlog: 4096 }, resolve);
    });
    const address = server.address() as AddressInfo;
    const name = address.family === 'IPv6' ? `[${address.address}]` : address.address;
    return new Listener(server, shaking, `${at.tls ? 'mqtts' : 'mqtt'}://${name}:${address.port}`);
  }

  /** Takes no more; resolves when the last connection is gone. */
  close(): Promise<void> {
    return new Promise((resolve) => {
      this.#server.close(() => resolve());
      for (const socket of this.#shaking) socket.destroy();
    });
  }
}

function create(at: ListenAt, limits: BrokerLimits, accept: (socket: Socket) => void): Server {
  if (at.tls === undefined) return createPlain(accept);
  const { key, cert, ca } = at.tls;
  const trust = ca === undefined ? {} : { ca: Buffer.from(ca), requestCert: true };
  const handshakeTimeout = limits.connectTimeoutMs;
  const options = { key: Buffer.from(key), cert: Buffer.from(cert), handshakeTimeout, ...trust };
  // A handshake that fails is the client's own affair, and its socket is closed already.
  return createTls(options, accept).on('tlsClientError', () => {});
}
