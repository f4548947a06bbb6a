/**
 * Any MQTT 3.1.1 broker, reached with mqtt.js.
 *
 * The session is a lasting one (clean session off, fixed client id), so the broker keeps what comes
 * while we are away, as far as its own limits go. Each connection is a client object of its own:
 * mqtt.js would otherwise wait a fixed second between attempts and keep unsent messages in memory.
 */
import { Socket } from 'node:net';
import { connect, type IClientOptions, type MqttClient } from 'mqtt';
import { collectorFilters } from '../../../protocol/topics.ts';
import { fullJitter } from '../../core/backoff.ts';
import { BusError } from '../../core/errors.ts';
import type { Bus, BusMessage, BusStats, Cancel, Clock, Log } from '../../ports.ts';
import { systemClock } from '../clock.ts';
import { Intake, type IntakeCounts } from './intake.ts';

export interface ExternalBrokerOptions {
  /** `mqtt://host:port` or `mqtts://host:port`. */
  readonly url: string;
  /** The same after each restart, and no other client's. Default `muster_collector`. */
  readonly clientId?: string;
  readonly username?: string;
  readonly password?: string;
  readonly tls?: Pick<IClientOptions, 'ca' | 'cert' | 'key'>;
  readonly log?: Log;
  readonly clock?: Clock;
  readonly limits?: Partial<ExternalLimits>;
}

export interface ExternalLimits {
  /** Messages that `receive` has not answered yet. */
  readonly pendingMessages: number;
  /** Publishes that the broker has not acknowledged yet. */
  readonly pendingPublishes: number;
  readonly connectTimeoutMs: number;
  readonly keepaliveSeconds: number;
  readonly firstRetryMs: number;
  readonly longestRetryMs: number;
}

const DEFAULTS: ExternalLimits = {
  pendingMessages: 2_000,
  pendingPublishes: 10_000,
  connectTimeoutMs: 10_000,
  keepaliveSeconds: 30,
  firstRetryMs: 500,
  longestRetryMs: 30_000,
};

export function createExternalBroker(options: ExternalBrokerOptions): Bus {
  return new ExternalBroker(options);
}

class ExternalBroker implements Bus {
  readonly #options: ExternalBrokerOptions;
  readonly #limits: ExternalLimits;
  readonly #clock: Clock;
  readonly #counts: IntakeCounts = { messages: 0, bytes: 0 };
  readonly #refused = new Map<string, number>();
  readonly #publishing = new Set<(error: BusError) => void>();
  #receive: ((message: BusMessage) => Promise<void> | undefined) | undefined;
  #client: MqttClient | undefined;
  #connected = false;
  #closed = false;
  #failures = 0;
  #retry: Cancel | undefined;

  constructor(options: ExternalBrokerOptions) {
    this.#options = options;
    this.#limits = { ...DEFAULTS, ...options.limits };
    this.#clock = options.clock ?? systemClock;
  }

  /** Resolves with the first attempt, whatever came of it: a broker that is away comes back. */
  start(receive: (message: BusMessage) => Promise<void> | undefined): Promise<void> {
    this.#receive = receive;
    return this.#connect();
  }

  publish(
    topic: string,
    payload: Uint8Array | string,
    { qos, retain }: { qos: 0 | 1; retain: boolean },
  ): Promise<void> {
    const client = this.#client;
    if (this.#closed) return Promise.reject(new BusError('bus-closed'));
    if (!this.#connected || client === undefined) return Promise.reject(new BusError('bus-away'));
    if (this.#publishing.size >= this.#limits.pendingPublishes) {
      return Promise.reject(new BusError('bus-busy'));
    }
    const bytes = typeof payload === 'string' ? payload : Buffer.from(payload);
    return new Promise((resolve, reject) => {
      this.#publishing.add(reject);
      client.publish(topic, bytes, { qos, retain }, (error) => {
        this.#publishing.delete(reject);
        if (error) reject(new BusError('bus-away', error.message, error));
        else resolve();
      });
    });
  }

  /** The broker does not tell who else subscribes. */
  subscribed(): undefined {
    return undefined;
  }

  stats(): BusStats {
    return {
      connected: this.#connected,
      connections: this.#connected ? 1 : 0,
      receivedMessages: this.#counts.messages,
      receivedBytes: this.#counts.bytes,
      refused: this.#refused,
      listening: [],
    };
  }

  async close(): Promise<void> {
    if (this.#closed) return;
    this.#closed = true;
    this.#retry?.();
    const client = this.#client;
    if (client !== undefined) await client.endAsync(!this.#connected);
    this.#lost('closed');
  }

  #connect(): Promise<void> {
    const { url, log } = this.#options;
    const client = connect(url, this.#clientOptions());
    this.#client = client;
    sendAtOnce(client);
    const receive = this.#receive as (message: BusMessage) => Promise<void> | undefined;
    new Intake(client, receive, this.#counts, this.#limits.pendingMessages, (error) =>
      log?.error('broker: receive failed', { error: String(error) }),
    );
    return new Promise((resolve) => {
      let reason = 'connection closed';
      client.on('error', (error) => {
        reason = error.message;
      });
      client.once('connect', () => {
        this.#subscribe(client).then(resolve, (error: Error) => {
          reason = error.message;
          client.stream.destroy();
        });
      });
      client.once('close', () => {
        client.end(true);
        this.#lost(reason);
        if (!this.#closed) this.#tryAgain(reason);
        resolve();
      });
    });
  }

  async #subscribe(client: MqttClient): Promise<void> {
    const granted = await client.subscribeAsync(collectorFilters(), { qos: 1 });
    const denied = granted.filter(({ qos }) => qos > 2).map(({ topic }) => topic);
    if (denied.length > 0) throw new BusError('bus-refused', denied.join(', '));
    this.#failures = 0;
    this.#connected = true;
    this.#options.log?.info('broker: connected', { url: shown(this.#options.url) });
  }

  #lost(reason: string): void {
    const was = this.#connected;
    this.#connected = false;
    for (const reject of this.#publishing) reject(new BusError('bus-away', reason));
    this.#publishing.clear();
    if (was && !this.#closed) this.#options.log?.warn('broker: connection lost', { reason });
  }

  #tryAgain(reason: string): void {
    const { firstRetryMs, longestRetryMs } = this.#limits;
    const delayMs = fullJitter(this.#failures, firstRetryMs, longestRetryMs, Math.random());
    this.#failures += 1;
    if (this.#failures > 1) {
      this.#refused.set('connect', (this.#refused.get('connect') ?? 0) + 1);
      const fields = { url: shown(this.#options.url), reason, retryMs: Math.round(delayMs) };
      this.#options.log?.warn('broker: cannot connect', fields);
    }
    this.#retry = this.#clock.after(delayMs, () => void this.#connect());
  }

  #clientOptions(): IClientOptions {
    const { clientId, username, password, tls } = this.#options;
    return {
      clientId: clientId ?? 'muster_collector',
      protocolVersion: 4,
      clean: false,
      keepalive: this.#limits.keepaliveSeconds,
      connectTimeout: this.#limits.connectTimeoutMs,
      reconnectPeriod: 0,
      resubscribe: false,
      queueQoSZero: false,
      // Otherwise outgoing messages put off the ping that would notice a dead link.
      reschedulePings: false,
      ...(username === undefined ? {} : { username }),
      ...(password === undefined ? {} : { password }),
      ...tls,
    };
  }
}

/**
 * An acknowledgement for a device follows the PUBACK of what it acknowledges, and both are small:
 * with Nagle's algorithm, which mqtt.js leaves on, the second waits until the broker's machine has
 * acknowledged the first, which it puts off by up to 40 ms.
 */
function sendAtOnce({ stream }: MqttClient): void {
  if (stream instanceof Socket) stream.setNoDelay(true);
}

/** Without a password that somebody wrote into the address. */
function shown(url: string): string {
  return url.replace(/\/\/[^@/]*@/, '//');
}
