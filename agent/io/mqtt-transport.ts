/**
 * MQTT 3.1.1 over TCP or TLS: opens the socket; all else is `mqtt/session.ts`. It keeps nothing and
 * never reconnects: our buffer and link do that.
 */
import { readFileSync } from 'node:fs';
import { isIP, type Socket } from 'node:net';
import type { Transport, TransportEvents } from '../ports.ts';
import type { Login } from './mqtt/packets.ts';
import { MqttSession } from './mqtt/session.ts';
import { connectInto } from './read-into.ts';

export interface BrokerOptions {
  /** `mqtt://host:port` or `mqtts://host:port`. */
  readonly url: string;
  readonly clientId: string;
  readonly username?: string | undefined;
  readonly password?: { reveal(): string } | undefined;
  /** Files are read anew at each connect, so that a renewed certificate needs no restart. */
  readonly caFile?: string | undefined;
  readonly certFile?: string | undefined;
  readonly keyFile?: string | undefined;
  /** Longest silence on the wire, in milliseconds. A missing PINGRESP ends the connection. */
  readonly keepaliveMs: number;
  readonly connectTimeoutMs: number;
}

const PORT = 1883;
const TLS_PORT = 8883;
const READ_BYTES = 16_384;

export function createMqttTransport(broker: BrokerOptions): Transport {
  return {
    async connect({ will, signal }, events) {
      const { clientId, username, password } = broker;
      const keepaliveSeconds = Math.max(1, Math.round(broker.keepaliveMs / 1000));
      const login = { clientId, username, password: password?.reveal(), keepaliveSeconds, will };
      const socket = await openSocket(broker);
      return inTime(socket, broker.connectTimeoutMs, signal, login, events);
    },
  };
}

/** A broker that takes the connection and then says nothing is given up, too. */
async function inTime(
  socket: Socket,
  timeoutMs: number,
  signal: AbortSignal | undefined,
  login: Login,
  events: TransportEvents,
): Promise<MqttSession> {
  const giveUp = (why: string) => () => socket.destroy(new Error(why));
  const abort = giveUp('given up');
  const timer = setTimeout(giveUp(`no answer within ${timeoutMs} ms`), timeoutMs);
  signal?.addEventListener('abort', abort);
  if (signal?.aborted === true) abort();
  try {
    return await MqttSession.open(socket, login, events);
  } finally {
    clearTimeout(timer);
    signal?.removeEventListener('abort', abort);
  }
}

/** A socket on its way; what is written to it waits until it, and its encryption, stand. */
async function openSocket(broker: BrokerOptions): Promise<Socket> {
  const { protocol, hostname, port } = new URL(broker.url);
  const host = hostname.replace(/^\[|\]$/g, '');
  if (protocol !== 'mqtts:') {
    const to = { host, port: Number(port || PORT), noDelay: true };
    // Acks by the thousand come while a backlog drains.
    return connectInto(Buffer.allocUnsafeSlow(READ_BYTES), to);
  }
  const read = (file: string | undefined) => (file === undefined ? undefined : readFileSync(file));
  // Loaded only when wanted: Node spends memory on it.
  const { connect } = await import('node:tls');
  const socket = connect({
    host,
    port: Number(port || TLS_PORT),
    ...(isIP(host) === 0 ? { servername: host } : {}),
    ca: read(broker.caFile),
    cert: read(broker.certFile),
    key: read(broker.keyFile),
  });
  return socket.setNoDelay(true);
}
