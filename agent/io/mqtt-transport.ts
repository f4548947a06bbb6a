/**
 * MQTT 3.1.1 by mqtt.js, with everything switched off that our buffer and link do better:
 * its own store, its fixed reconnect, its re-subscription.
 */
import { readFileSync } from 'node:fs';
import { type IClientOptions, type MqttClient, connect as mqttConnect } from 'mqtt';
import type { Connection, ConnectOptions, Transport, TransportEvents } from '../ports.ts';

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

export function createMqttTransport(broker: BrokerOptions): Transport {
  return {
    async connect(options, events) {
      const client = mqttConnect(broker.url, clientOptions(broker, options));
      await accepted(client);
      return new MqttConnection(client, events);
    },
  };
}

function clientOptions(broker: BrokerOptions, { will }: ConnectOptions): IClientOptions {
  const read = (file: string | undefined) => (file === undefined ? undefined : readFileSync(file));
  const [ca, cert, key] = [broker.caFile, broker.certFile, broker.keyFile].map(read);
  return {
    clientId: broker.clientId,
    protocolVersion: 4,
    clean: true,
    keepalive: Math.max(1, Math.round(broker.keepaliveMs / 1000)),
    reschedulePings: false,
    reconnectPeriod: 0,
    connectTimeout: broker.connectTimeoutMs,
    resubscribe: false,
    queueQoSZero: false,
    will: { topic: will.topic, payload: Buffer.from(will.payload), qos: 1, retain: true },
    ...(broker.username === undefined ? {} : { username: broker.username }),
    ...(broker.password === undefined ? {} : { password: broker.password.reveal() }),
    ...(ca === undefined ? {} : { ca }),
    ...(cert === undefined ? {} : { cert }),
    ...(key === undefined ? {} : { key }),
  };
}

/** Waits for CONNACK. A refusal and a closed socket look alike to the caller: no connection. */
function accepted(client: MqttClient): Promise<void> {
  return new Promise((resolve, reject) => {
    const fail = (error: Error) => {
      client.removeAllListeners();
      // mqtt.js may still report the same failure; an 'error' without a listener would be thrown.
      client.on('error', noop);
      client.end(true);
      reject(error);
    };
    client.once('connect', () => {
      client.removeAllListeners('error');
      client.removeAllListeners('close');
      resolve();
    });
    client.once('error', fail);
    client.once('close', () =>
      fail(new Error('the connection was closed before the broker accepted it')),
    );
  });
}

class MqttConnection implements Connection {
  private readonly client: MqttClient;
  private readonly events: TransportEvents;
  private readonly waiting = new Set<(error: Error) => void>();
  private reason = 'the connection was closed';
  private over = false;

  constructor(client: MqttClient, events: TransportEvents) {
    this.client = client;
    this.events = events;
    client.on('message', (topic, payload) => events.message(topic, payload));
    client.on('error', (error) => {
      this.reason = error.message;
    });
    client.on('close', () => this.finish());
  }

  publish(
    topic: string,
    payload: Uint8Array,
    { qos, retain }: { qos: 0 | 1; retain: boolean },
  ): Promise<void> {
    const message = Buffer.from(payload.buffer, payload.byteOffset, payload.length);
    return this.settle((done) => this.client.publish(topic, message, { qos, retain }, done));
  }

  subscribe(filters: readonly string[]): Promise<void> {
    return this.settle((done) => {
      this.client.subscribe([...filters], { qos: 1 }, (error, granted) => {
        const refused = granted?.filter(({ qos }) => qos === 128).map(({ topic }) => topic) ?? [];
        if (refused.length > 0)
          done(new Error(`the broker refused the subscription to ${refused.join(', ')}`));
        else done(error ?? undefined);
      });
    });
  }

  async end(): Promise<void> {
    this.over = true;
    await this.client.endAsync();
  }

  destroy(reason: string): void {
    this.reason = reason;
    this.client.stream.destroy();
    this.client.end(true);
    this.finish();
  }

  /** A promise for a callback that mqtt.js may never call once the connection is gone. */
  private settle(action: (done: (error?: Error) => void) => void): Promise<void> {
    return new Promise((resolve, reject) => {
      if (this.over) {
        reject(new Error(this.reason));
        return;
      }
      this.waiting.add(reject);
      action((error) => {
        this.waiting.delete(reject);
        if (error === undefined || error === null) resolve();
        else reject(error);
      });
    });
  }

  private finish(): void {
    if (this.over) return;
    this.over = true;
    for (const reject of this.waiting) reject(new Error(this.reason));
    this.waiting.clear();
    this.client.end(true);
    this.events.closed({ reason: this.reason, refused: false });
  }
}

function noop(): void {
  // The failure was reported by the rejected promise already.
}
