/** A real aedes broker in the test's process, with the collector's part played by the test. */
import { once } from 'node:events';
import { type AddressInfo, createServer, type Socket } from 'node:net';
import { Aedes, type AuthenticateError, type Client } from 'aedes';
import { type Ack, encodeAck } from '../../../protocol/messages/ack.ts';
import { decodeHeader } from '../../../protocol/messages/envelope.ts';
import { parseTopic } from '../../../protocol/topics.ts';
import { Inbox } from '../inbox.ts';

export interface Heard {
  readonly topic: string;
  readonly kind: string;
  readonly retain: boolean;
  readonly payload: Uint8Array;
  /** 0 for what has no number. */
  readonly number: number;
  readonly epoch: string;
}

export const SITE = 'site';
export const DEVICE = 'dev';
const BRANCH = `muster/v1/${SITE}/${DEVICE}`;

export class ScriptedBroker implements AsyncDisposable {
  readonly heard = new Inbox<Heard>();
  /** Answers each numbered record; the test may put another collector in its place. */
  collector: (message: Heard) => void = (message) => this.ack(message);
  refuse: 'nothing' | 'login' | 'subscription' = 'nothing';
  connections = 0;
  /** Takes messages and never says so. */
  mute = false;
  readonly #aedes: Aedes;
  readonly #sockets = new Set<Socket>();
  readonly #server = createServer((socket) => {
    socket.setNoDelay(true);
    this.#sockets.add(socket);
    socket.once('close', () => this.#sockets.delete(socket));
    this.#aedes.handle(socket);
  });

  private constructor(aedes: Aedes) {
    this.#aedes = aedes;
    aedes.authenticate = (_client, _user, _password, done) => {
      const error = Object.assign(new Error('refused'), { returnCode: 5 }) as AuthenticateError;
      this.refuse === 'login' ? done(error, false) : done(null, true);
    };
    aedes.authorizeSubscribe = (_client, subscription, done) =>
      done(null, this.refuse === 'subscription' ? null : subscription);
    aedes.authorizePublish = (_client, _packet, done) => {
      if (!this.mute) done(null);
    };
    aedes.on('client', () => {
      this.connections++;
    });
    aedes.on('publish', (packet, client: Client | null) => {
      const payload = packet.payload as Buffer;
      const topic = parseTopic(packet.topic);
      // A will comes from nobody.
      if (topic === undefined || (client === null && topic.kind !== 'state')) return;
      const header = decodeHeader(payload, topic.kind);
      const { number, epoch } = header.ok ? header.value : { number: 0, epoch: '' };
      const about = { topic: packet.topic, kind: topic.kind, retain: packet.retain };
      const message = { ...about, payload, number, epoch };
      this.heard.push(message);
      if (number > 0) this.collector(message);
    });
  }

  static async start(): Promise<ScriptedBroker> {
    const broker = new ScriptedBroker(await Aedes.createBroker());
    broker.#server.listen(0, '127.0.0.1');
    await once(broker.#server, 'listening');
    return broker;
  }

  get open(): number {
    return this.#sockets.size;
  }

  get port(): number {
    return (this.#server.address() as AddressInfo).port;
  }

  ack({ epoch, number }: Pick<Heard, 'epoch' | 'number'>, more: Partial<Ack> = {}): void {
    this.say(
      'ack',
      encodeAck({
        epoch,
        ranges: [{ first: number, last: number }],
        needSchemas: [],
        needKinds: [],
        now: Date.now(),
        ...more,
      }),
    );
  }

  say(kind: string, payload: Uint8Array, retain = false): void {
    const base = { cmd: 'publish', qos: 0, dup: false } as const;
    const packet = { ...base, topic: `${BRANCH}/${kind}`, payload: Buffer.from(payload), retain };
    this.#aedes.publish(packet, () => undefined);
  }

  kinds(): string[] {
    return this.heard.items.map(({ kind }) => kind);
  }

  numbers(kind: string): number[] {
    return this.heard.items.filter((one) => one.kind === kind).map(({ number }) => number);
  }

  async [Symbol.asyncDispose](): Promise<void> {
    await new Promise<void>((resolve) => this.#aedes.close(resolve));
    for (const socket of this.#sockets) socket.destroy();
    this.#server.close();
  }
}
