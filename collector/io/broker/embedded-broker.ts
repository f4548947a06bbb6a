/**
 * The embedded MQTT 3.1.1 broker: aedes behind listeners of our own, with our limits at the socket
 * (connection.ts), our access rules (guard.ts), routing (router.ts) and memory (retained.ts).
 */
import type { EventEmitter } from 'node:events';
import type { Socket } from 'node:net';
import { Aedes, type Client } from 'aedes';
import { BusError } from '../../core/errors.ts';
import type { Bus, BusMessage, BusStats } from '../../ports.ts';
import { Connection } from './connection.ts';
import { Guard } from './guard.ts';
import { Listener } from './listener.ts';
import { type BrokerOptions, type BrokerSettings, brokerSettings } from './options.ts';
import { Refusals } from './refusals.ts';
import { RetainedStore } from './retained.ts';
import { Router } from './router.ts';
import { Sweeper } from './sweeper.ts';

export function createEmbeddedBroker(options: BrokerOptions): Bus {
  return new EmbeddedBroker(brokerSettings(options));
}

class EmbeddedBroker implements Bus {
  readonly #set: BrokerSettings;
  readonly #refusals: Refusals;
  readonly #retained: RetainedStore;
  readonly #router = new Router();
  readonly #guard: Guard;
  readonly #aedes: Aedes;
  readonly #connections = new Set<Connection>();
  readonly #sweeper: Sweeper;
  #listeners: Listener[] = [];
  #state: 'idle' | 'open' | 'closed' = 'idle';

  constructor(set: BrokerSettings) {
    this.#set = set;
    this.#refusals = new Refusals(set.log, set.clock);
    this.#retained = new RetainedStore(set.limits);
    const subscribed = (topic: string) => this.#router.subscribed(topic);
    this.#guard = new Guard(set, this.#retained, this.#refusals, this.#connections, subscribed);
    this.#sweeper = new Sweeper(this.#connections, set.limits, set.clock);
    this.#aedes = this.#createAedes();
  }

  async start(receive: (message: BusMessage) => Promise<void> | undefined): Promise<void> {
    this.#guard.receive = receive;
    await this.#aedes.listen();
    this.#state = 'open';
    try {
      for (const at of this.#set.listen) {
        const accept = (socket: Socket) => this.#accept(socket);
        this.#listeners.push(await Listener.open(at, this.#set.limits, accept));
      }
    } catch (error) {
      await this.close();
      throw error;
    }
    this.#sweeper.start();
  }

  publish(
    topic: string,
    payload: Uint8Array | string,
    { qos, retain }: { qos: 0 | 1; retain: boolean },
  ): Promise<void> {
    if (this.#state !== 'open') return Promise.reject(new BusError('bus-closed'));
    if (!retain && !this.#router.subscribed(topic)) return Promise.resolve();
    const bytes = typeof payload === 'string' ? Buffer.from(payload) : asBuffer(payload);
    const packet = { cmd: 'publish', topic, payload: bytes, qos, retain, dup: false } as const;
    return new Promise((resolve, reject) => {
      this.#aedes.publish(packet, (error) => (error ? reject(error) : resolve()));
    });
  }

  subscribed(topic: string): boolean {
    return this.#router.subscribed(topic);
  }

  stats(): BusStats {
    return {
      connected: this.#state === 'open',
      connections: this.#connections.size,
      receivedMessages: this.#guard.messages,
      receivedBytes: this.#guard.bytes,
      refused: this.#refusals.counts,
      takeovers: this.#guard.takeovers,
      listening: this.#listeners.map((listener) => listener.url),
    };
  }

  async close(): Promise<void> {
    if (this.#state === 'closed') return;
    this.#state = 'closed';
    this.#sweeper.stop();
    // Wills of clients that we let go ourselves are no news.
    this.#guard.close();
    const ended = this.#listeners.map((listener) => listener.close());
    await new Promise<void>((resolve) => this.#aedes.close(resolve));
    for (const { socket } of this.#connections) socket.destroy();
    await Promise.all(ended);
  }

  #createAedes(): Aedes {
    const { limits, log } = this.#set;
    const guard = this.#guard;
    const aedes = new Aedes({
      mq: this.#router,
      persistence: this.#retained,
      connectTimeout: limits.connectTimeoutMs,
      drainTimeout: limits.drainMs,
      maxInflightInbound: 16,
      preConnect: (client, packet, done) => guard.connect(client, packet, done),
      authenticate: (client, username, _password, done) => {
        guard.authenticate(client, username, done);
      },
      authorizePublish: (client, packet, done) => guard.publish(client, packet, done),
      authorizeSubscribe: (client, subscription, done) => {
        done(null, guard.subscribe(client, subscription) ? subscription : null);
      },
      authorizeForward: (client, packet) => guard.forward(client, packet),
    });
    aedes.on('clientReady', (client) => guard.ready(client));
    aedes.on('unsubscribe', (filters, client) => guard.unsubscribe(filters, client));
    aedes.on('clientError', (client, error) => guard.failed(client, error));
    aedes.on('connectionError', (client, error) => guard.failed(client, error));
    const failed = (error: Error) => log?.error('broker: failed', { error: error.message });
    (aedes as EventEmitter).on('error', failed);
    return aedes;
  }

  #accept(socket: Socket): void {
    if (this.#connections.size >= this.#set.limits.connections) {
      this.#refusals.note('connections', socket.remoteAddress ?? '');
      socket.destroy();
      return;
    }
    socket.setNoDelay(true);
    const connection = new Connection(socket, this.#set.limits, this.#set.clock, this.#guard);
    this.#connections.add(connection);
    socket.once('close', () => {
      connection.closed();
      this.#connections.delete(connection);
    });
    const client: Client = this.#aedes.handle(socket);
    this.#guard.introduce(client, connection);
  }
}

function asBuffer(bytes: Uint8Array): Buffer {
  return Buffer.from(bytes.buffer, bytes.byteOffset, bytes.byteLength);
}
