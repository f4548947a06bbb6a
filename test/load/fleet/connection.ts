/** One device's MQTT connection: set up as the agent does it, then bytes in and out. */
import { connect, type Socket } from 'node:net';
import {
  connectPacket,
  MQTT,
  PacketCutter,
  PINGREQ,
  pubackPacket,
  publishPacket,
  subscribePacket,
} from './mqtt.ts';

export interface ConnectionEvents {
  /** CONNACK, SUBACK and the PUBACKs of `state` and `schema` are here. */
  ready(): void;
  ack(payload: Uint8Array): void;
  /** Any end that was not asked for. `wasReady`: after `ready`. */
  closed(wasReady: boolean): void;
}

export interface Hello {
  readonly port: number;
  readonly device: string;
  readonly topics: { readonly state: string; readonly schema: string; readonly ack: string };
  readonly filters: readonly string[];
  readonly will: Uint8Array;
  readonly state: () => Uint8Array;
  readonly schema: Uint8Array;
}

const KEEPALIVE_SECONDS = 60;
const QUIET_MS = 30_000;
const MOST_IDS = 65_535;

export class FleetConnection {
  private readonly socket: Socket;
  private readonly hello: Hello;
  private readonly events: ConnectionEvents;
  private readonly ackTopic: Buffer;
  private step: 'connack' | 'suback' | 'state' | 'schema' | 'ready' = 'connack';
  private lastId = 0;
  private lastSent = 0;
  private left = false;

  constructor(hello: Hello, events: ConnectionEvents) {
    this.hello = hello;
    this.events = events;
    this.ackTopic = Buffer.from(hello.topics.ack);
    const { topics, will, device } = hello;
    const cutter = new PacketCutter((first, bytes, start, end) =>
      this.receive(first, bytes, start, end),
    );
    this.socket = connect({ port: hello.port, host: '127.0.0.1', noDelay: true });
    this.socket.on('data', (chunk: Buffer) => cutter.push(chunk));
    this.socket.on('error', () => undefined);
    this.socket.on('close', () => {
      if (!this.left) events.closed(this.step === 'ready');
    });
    this.send(connectPacket(device, KEEPALIVE_SECONDS, { topic: topics.state, payload: will }));
  }

  nextId(): number {
    this.lastId = (this.lastId % MOST_IDS) + 1;
    return this.lastId;
  }

  send(packet: Buffer): void {
    this.lastSent = performance.now();
    this.socket.write(packet);
  }

  publishRetained(kind: 'state' | 'schema'): void {
    const { topics, state, schema } = this.hello;
    const payload = kind === 'state' ? state() : schema;
    this.send(publishPacket(topics[kind], this.nextId(), payload, true));
  }

  pingIfQuiet(now: number): void {
    if (this.step === 'ready' && now - this.lastSent > QUIET_MS) this.send(PINGREQ);
  }

  /** Gone without a word, as when the power is cut. */
  cut(): void {
    this.left = true;
    this.socket.resetAndDestroy();
  }

  private receive(first: number, bytes: Buffer, start: number, end: number): void {
    const kind = first >> 4;
    if (kind === MQTT.publish) this.receiveMessage(first, bytes, start, end);
    else if (this.step !== 'ready') this.advance(kind);
  }

  private advance(kind: number): void {
    if (this.step === 'connack' && kind === MQTT.connack) {
      this.step = 'suback';
      this.send(subscribePacket(this.nextId(), this.hello.filters));
    } else if (this.step === 'suback' && kind === MQTT.suback) {
      this.step = 'state';
      this.publishRetained('state');
    } else if (this.step === 'state' && kind === MQTT.puback) {
      this.step = 'schema';
      this.publishRetained('schema');
    } else if (this.step === 'schema' && kind === MQTT.puback) {
      this.step = 'ready';
      this.events.ready();
    }
  }

  private receiveMessage(first: number, bytes: Buffer, start: number, end: number): void {
    const topicEnd = start + 2 + bytes.readUInt16BE(start);
    const withId = (first & 0x06) !== 0;
    if (withId) this.send(pubackPacket(bytes.readUInt16BE(topicEnd)));
    if (this.ackTopic.compare(bytes, start + 2, topicEnd) !== 0) return;
    this.events.ack(bytes.subarray(topicEnd + (withId ? 2 : 0), end));
  }
}
