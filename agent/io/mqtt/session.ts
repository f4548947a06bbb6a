/**
 * One MQTT connection on a socket: waits for the broker's answers, keeps it alive, and ends once.
 */
import type { Socket } from 'node:net';
import type { Connection, TransportEvents } from '../../ports.ts';
import { Frames } from './frames.ts';
import {
  connectPacket,
  DISCONNECT,
  type Login,
  PACKET,
  PINGREQ,
  pubackPacket,
  publishPacket,
  subscribePacket,
} from './packets.ts';

const REFUSALS = [
  '',
  'the broker does not speak MQTT 3.1.1',
  'the broker refuses this client id',
  'the broker is not available',
  'user name or password is wrong',
  'not authorized',
];
const REFUSED_FILTER = 0x80;
const MOST_IDS = 65_535;
/** A PINGRESP that takes longer is not coming. */
const PING_PATIENCE_MS = 20_000;
/** How long a good-bye may take. */
const END_PATIENCE_MS = 5_000;

interface Waiting {
  resolve(codes: Buffer): void;
  reject(error: Error): void;
}

export class MqttSession implements Connection {
  private readonly socket: Socket;
  private readonly events: TransportEvents;
  private readonly keepaliveMs: number;
  private readonly waiting = new Map<number, Waiting>();
  /** Told once whether the broker accepts us; `undefined` when that is settled. */
  private verdict: ((problem?: Error) => void) | undefined;
  private reason = 'the connection was closed';
  private over = false;
  private lastId = 0;
  private lastSent = performance.now();
  private lastHeard = performance.now();
  private pinging = false;
  private timer: NodeJS.Timeout | undefined;

  /** Takes over a socket that may still be connecting. Resolves when the broker accepts us. */
  static open(socket: Socket, login: Login, events: TransportEvents): Promise<MqttSession> {
    return new Promise((resolve, reject) => {
      const session = new MqttSession(socket, login, events);
      session.verdict = (problem) => {
        session.verdict = undefined;
        if (problem === undefined) resolve(session);
        else reject(problem);
      };
    });
  }

  private constructor(socket: Socket, login: Login, events: TransportEvents) {
    this.socket = socket;
    this.events = events;
    this.keepaliveMs = login.keepaliveSeconds * 1000;
    const frames = new Frames((first, body) => this.receive(first, body));
    socket.on('data', (bytes: Buffer) => {
      this.lastHeard = performance.now();
      this.pinging = false;
      try {
        frames.push(bytes);
      } catch (error) {
        this.destroy(`this is not MQTT: ${error instanceof Error ? error.message : String(error)}`);
      }
    });
    socket.on('error', (error: NodeJS.ErrnoException) => {
      // A name with several addresses fails with an empty message and the code of the last attempt.
      this.reason = error.message || (error.code ?? 'unknown error');
    });
    socket.on('close', () => this.finish());
    socket.write(connectPacket(login));
  }

  async publish(
    topic: string,
    payload: Uint8Array,
    { qos, retain }: { qos: 0 | 1; retain: boolean },
  ): Promise<void> {
    if (qos === 1) await this.ask((id) => publishPacket({ topic, payload, retain, id }));
    else await this.written(publishPacket({ topic, payload, retain }));
  }

  async subscribe(filters: readonly string[]): Promise<void> {
    const codes = await this.ask((id) => subscribePacket(id, filters));
    const refused = filters.filter((_, index) => (codes[index] ?? REFUSED_FILTER) > 2);
    if (refused.length > 0) {
      throw new Error(`the broker refused the subscription to ${refused.join(', ')}`);
    }
  }

  end(): Promise<void> {
    if (this.over) return Promise.resolve();
    this.over = true;
    return new Promise((resolve) => {
      this.socket.once('close', () => resolve());
      this.socket.setTimeout(END_PATIENCE_MS, () => this.socket.destroy());
      this.socket.end(DISCONNECT);
      this.release();
    });
  }

  /** Says good-bye and waits for nobody: for who asked something and is through. */
  leave(): Promise<void> {
    if (this.over) return Promise.resolve();
    this.over = true;
    this.release();
    return new Promise((resolve) => {
      this.socket.write(DISCONNECT, () => {
        this.socket.destroy();
        resolve();
      });
    });
  }

  destroy(reason: string): void {
    this.reason = reason;
    this.socket.destroy();
    this.finish();
  }

  /** Sends a packet with an id and waits for the answer to it. */
  private ask(make: (id: number) => Buffer): Promise<Buffer> {
    return new Promise((resolve, reject) => {
      if (this.over) throw new Error(this.reason);
      const id = this.freeId();
      this.send(make(id));
      this.waiting.set(id, { resolve, reject });
    });
  }

  private written(packet: Buffer): Promise<void> {
    return new Promise((resolve, reject) => {
      if (this.over) throw new Error(this.reason);
      this.send(packet, (error) => (error ? reject(error) : resolve()));
    });
  }

  private send(packet: Buffer, done?: (error?: Error | null) => void): void {
    this.lastSent = performance.now();
    this.socket.write(packet, done);
  }

  private freeId(): number {
    if (this.waiting.size >= MOST_IDS) throw new Error('too many messages on their way');
    do this.lastId = (this.lastId % MOST_IDS) + 1;
    while (this.waiting.has(this.lastId));
    return this.lastId;
  }

  private receive(first: number, body: Buffer): void {
    if (this.over) return;
    const kind = first & 0xf0;
    if (this.verdict !== undefined) return this.receiveConnack(kind, body);
    if (kind === PACKET.publish) return this.receiveMessage(first, body);
    if (kind === PACKET.puback || kind === PACKET.suback) return this.receiveAnswer(body);
    if (kind !== PACKET.pingresp) throw new Error(`a packet of type ${kind >> 4}`);
  }

  private receiveConnack(kind: number, body: Buffer): void {
    const [, code] = body;
    if (kind !== PACKET.connack || code === undefined) throw new Error('no CONNACK');
    if (code !== 0) return this.destroy(REFUSALS[code] ?? `the broker refuses us (${code})`);
    this.verdict?.();
    this.keepAlive();
  }

  private receiveAnswer(body: Buffer): void {
    const id = body.readUInt16BE(0);
    this.waiting.get(id)?.resolve(Buffer.from(body.subarray(2)));
    this.waiting.delete(id);
  }

  private receiveMessage(first: number, body: Buffer): void {
    const qos = (first >> 1) & 3;
    const topicEnd = 2 + body.readUInt16BE(0);
    const start = topicEnd + (qos === 0 ? 0 : 2);
    if (qos > 1 || start > body.length) throw new Error('a message that we did not ask for');
    // A copy: what came is overwritten by what comes next.
    this.events.message(body.toString('utf8', 2, topicEnd), Buffer.from(body.subarray(start)));
    if (qos === 1) this.send(pubackPacket(body.readUInt16BE(topicEnd)));
  }

  /**
   * Asks after as long a silence in either direction as was agreed: the broker wants to hear from
   * us, and we from it. What comes at any rate is as good as an answer.
   */
  private keepAlive(): void {
    const now = performance.now();
    const due = Math.min(this.lastSent, this.lastHeard) + this.keepaliveMs;
    let wait = due - now;
    if (wait <= 0) {
      this.pinging = true;
      this.send(PINGREQ);
      wait = Math.min(PING_PATIENCE_MS, this.keepaliveMs);
    }
    this.timer = setTimeout(() => {
      if (this.pinging) this.destroy('no PINGRESP');
      else this.keepAlive();
    }, wait);
  }

  private finish(): void {
    if (this.over) return;
    this.over = true;
    this.release();
    if (this.verdict === undefined) this.events.closed({ reason: this.reason, refused: false });
    else this.verdict(new Error(this.reason));
  }

  private release(): void {
    clearTimeout(this.timer);
    for (const { reject } of this.waiting.values()) reject(new Error(this.reason));
    this.waiting.clear();
  }
}
