/**
 * The agent's link with its real parts: LevelDB, the MQTT transport, a TCP proxy and a broker. Only
 * time stands still until the test moves it.
 */

import { openBuffer } from '../../../agent/io/buffer/level-buffer.ts';
import { createMqttTransport } from '../../../agent/io/mqtt-transport.ts';
import type {
  Connection,
  LogFields,
  RecordBuffer,
  StoredRecord,
  Transport,
} from '../../../agent/ports.ts';
import { Link, type LinkDeps } from '../../../agent/work/link.ts';
import { encodeBatch } from '../../../protocol/messages/batch.ts';
import { CLOCK } from '../../../protocol/messages/envelope.ts';
import { dictionaryId, encodeSchema } from '../../../protocol/messages/schema.ts';
import { encodeState } from '../../../protocol/messages/state.ts';
import { FakeClock } from '../fake-clock.ts';
import { LinkProxy } from '../pipeline/link-proxy.ts';
import { type TempFolder, tempFolder } from '../temp-folder.ts';
import { DEVICE, ScriptedBroker, SITE } from './scripted-broker.ts';

export const ACK_TIMEOUT = 30_000;
const BACKOFF = { minMs: 1_000, maxMs: 8_000 };
const WINDOW = 8;

export const dictionaryOf = (name: string) => {
  const bytes = encodeSchema([{ name, labels: [], type: 'gauge', unit: '' }]);
  return { id: dictionaryId(bytes), bytes };
};
export const CURRENT = dictionaryOf('now');

export class LinkRig implements AsyncDisposable {
  readonly clock = new FakeClock(1_000_000);
  readonly broker: ScriptedBroker;
  readonly proxy: LinkProxy;
  readonly buffer: RecordBuffer;
  readonly link: Link;
  readonly logs: string[] = [];
  readonly gaveUp: number[] = [];
  /** The machine is pressed. */
  slow = false;
  readonly #folder: TempFolder;
  #fences = 0;
  /** Number of the last fence that came through; other messages may be close behind it. */
  #passed = 0;
  #attempts = 0;
  /** Messages without PUBACK. */
  #outstanding = 0;

  private constructor(broker: ScriptedBroker, port: number, parts: Parts) {
    this.broker = broker;
    this.proxy = parts.proxy;
    this.buffer = parts.buffer;
    this.#folder = parts.folder;
    const url = `mqtt://127.0.0.1:${port}`;
    const { keepaliveMs = 60_000 } = parts.options;
    const settings = { url, clientId: DEVICE, keepaliveMs, connectTimeoutMs: 5_000 };
    this.link = new Link({
      ...this.deps(),
      transport: this.listening(createMqttTransport(settings)),
    });
  }

  /** `buffer`: where its folder goes. */
  static async open(
    options: { keepaliveMs?: number; capBytes?: number; buffer?: string } = {},
  ): Promise<LinkRig> {
    const folder = await tempFolder('link');
    const { capBytes = 10_000_000, buffer: path = `${folder.path}/buffer` } = options;
    const buffer = await openBuffer({ path, capBytes, bootId: 'boot' });
    await buffer.putDictionary(CURRENT.id, CURRENT.bytes);
    const broker = await ScriptedBroker.start();
    const proxy = new LinkProxy(broker.port);
    return new LinkRig(broker, await proxy.port, { folder, buffer, proxy, options });
  }

  /** Makes records as the agent would; live ones go out at once when the link is free. */
  async record(count = 1, schema = CURRENT.id, bytes = 10): Promise<void> {
    for (let i = 0; i < count; i++) {
      const live = this.link.sender.live;
      const wall = this.clock.wall();
      const stored = await this.buffer.append({
        kind: 'm',
        from: wall,
        to: wall,
        samples: 1,
        clockUnset: false,
        sent: live,
        encode: (position) =>
          encodeBatch({
            header: { ...position, boot: '00'.repeat(8), wall, mono: 1, clock: CLOCK.synced },
            schema,
            body: new Uint8Array(bytes),
          }),
      });
      this.link.sender.recorded(stored, live);
    }
  }

  /** Starts and waits until the link is up. */
  async start(): Promise<void> {
    this.link.start();
    await this.until(() => this.link.connected);
  }

  /** Real time passes for the network, none for the link. */
  async until(condition: () => boolean): Promise<void> {
    while (!condition()) await new Promise((resolve) => setTimeout(resolve, 1));
  }

  /** Waits until the link's clock has moved far enough; the network keeps up with it. */
  async advanceUntil(condition: () => boolean, stepMs = 250, mostMs = 600_000): Promise<number> {
    const start = this.clock.mono();
    while (!condition()) {
      if (this.clock.mono() - start > mostMs) throw new Error('it never came');
      await this.clock.advance(stepMs);
      await this.breathe();
    }
    return this.clock.mono() - start;
  }

  /** Connections that are being made. */
  attemptsAtOnce(): number {
    return this.#attempts;
  }

  async timers(): Promise<number> {
    await this.clock.advance(0);
    return this.clock.pending;
  }

  /** Milliseconds until the link does something by itself. */
  async timeToNextTimer(): Promise<number> {
    await this.until(() => this.clock.next() !== undefined);
    return (this.clock.next() ?? 0) - this.clock.mono();
  }

  /** Lets the next timer start a connection, and waits for how it ends. */
  async nextAttempt(): Promise<void> {
    await this.clock.advance(await this.timeToNextTimer());
    const settled = () => this.link.connected || this.broker.mute || this.broker.open === 0;
    await this.until(() => this.#attempts === 0 && settled());
    await this.clock.advance(0);
  }

  /** What both sides have said so far has arrived, and what followed from it is done. */
  async breathe(): Promise<void> {
    const number = ++this.#fences;
    const { connects } = this.link.stats();
    const gone = () => !this.link.connected || this.link.stats().connects !== connects;
    if (!gone()) {
      await this.until(() => this.#outstanding === 0 || gone());
      this.broker.say(`cmd/fence-${number}`, new Uint8Array());
      await this.until(() => this.#passed >= number || gone());
    }
    await this.buffer.dictionary('none');
    await new Promise((resolve) => setTimeout(resolve, 2));
  }

  async [Symbol.asyncDispose](): Promise<void> {
    await this.link.stop();
    await this.proxy.close();
    await this.broker[Symbol.asyncDispose]();
    await this.buffer.close();
    await this.#folder[Symbol.asyncDispose]();
  }

  private listening(transport: Transport): Transport {
    return {
      connect: (options, events) => {
        this.#attempts++;
        const connecting = transport.connect(options, {
          ...events,
          message: (topic, payload) => {
            events.message(topic, payload);
            const [, fence] = /\/cmd\/fence-(\d+)$/.exec(topic) ?? [];
            if (fence !== undefined) this.#passed = Number(fence);
          },
        });
        const over = () => {
          this.#attempts--;
        };
        connecting.then(over, over);
        return connecting.then((connection) => this.counting(connection));
      },
    };
  }

  private counting(connection: Connection): Connection {
    return {
      publish: (topic, payload, options) => {
        this.#outstanding++;
        return connection.publish(topic, payload, options).finally(() => {
          this.#outstanding--;
        });
      },
      subscribe: (filters) => connection.subscribe(filters),
      end: () => connection.end(),
      destroy: (reason) => connection.destroy(reason),
    };
  }

  private deps(): Omit<LinkDeps, 'transport'> {
    let sessions = 0;
    const note = (message: string, fields?: LogFields) => {
      this.logs.push(`${message} ${fields?.['reason'] ?? ''}`.trim());
    };
    return {
      clock: this.clock,
      log: { debug: note, info: note, warn: note, error: note },
      // The middle of every bound.
      random: () => 0.5,
      buffer: this.buffer,
      site: SITE,
      device: DEVICE,
      limits: {
        window: WINDOW,
        ackTimeoutMs: ACK_TIMEOUT,
        maxSends: 3,
        backoff: BACKOFF,
        pubackTimeoutMs: 20_000,
      },
      slow: () => this.slow,
      heartbeatMs: 60_000,
      state: (session, online) => this.state(session, online),
      newSession: () => String(++sessions).padStart(16, '0'),
      retained: () => new Map([['schema', () => CURRENT.bytes]]),
      heardTime: () => undefined,
      received: () => undefined,
      gaveUp: async (record: StoredRecord) => {
        this.gaveUp.push(record.number);
        const numbers = [{ first: record.number, last: record.number }];
        await this.buffer.acknowledge(record.epoch, numbers);
      },
    };
  }

  private state(session: string, online: boolean): Uint8Array {
    if (!online) return encodeState({ online, session });
    return encodeState({
      online,
      session,
      agentVersion: 'test',
      epochs: this.buffer.held(),
      capabilities: [],
      boot: '00'.repeat(8),
      wall: this.clock.wall(),
      machine: '00'.repeat(8),
      heartbeatSeconds: 60,
      labels: new Map(),
      facts: new Map(),
    });
  }
}

interface Parts {
  readonly folder: TempFolder;
  readonly buffer: RecordBuffer;
  readonly proxy: LinkProxy;
  readonly options: { readonly keepaliveMs?: number };
}
