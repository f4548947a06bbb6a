/** The receivers of the storm: they remember every message, whether it was answered, and in which life. */
import { createServer, type ServerResponse } from 'node:http';
import type { AddressInfo } from 'node:net';
import type { HookMessage } from '../../support/alerting/webhook-channel.ts';
import type { Random } from '../../support/pipeline/random.ts';

export interface Heard {
  readonly message: HookMessage;
  /** Which start of the victim it came from. */
  readonly life: number;
  /** It was answered with 200. */
  answered: boolean;
}

/** Of a hundred messages so many are refused with 503, and so many answered late. */
const REFUSED = 10;
const LATE = 50;
const LATEST_MS = 30;

export class Receiver {
  readonly heard: Heard[] = [];
  life = 0;
  /** When no more trouble is wanted. */
  calm = false;
  /** Called right before or right after an answer leaves. */
  onAnswer: (moment: 'before' | 'after') => void = () => {};
  private readonly random: Random;
  private readonly server = createServer((request, response) => {
    const chunks: Buffer[] = [];
    const { life } = this;
    request.on('data', (chunk: Buffer) => chunks.push(chunk));
    request.on('error', () => undefined);
    request.on('end', () => {
      const message = JSON.parse(Buffer.concat(chunks).toString()) as HookMessage;
      this.hear({ message, life, answered: false }, response);
    });
  });

  constructor(random: Random) {
    this.random = random;
  }

  async listen(): Promise<string> {
    await new Promise<void>((resolve) => this.server.listen(0, '127.0.0.1', resolve));
    return `http://127.0.0.1:${(this.server.address() as AddressInfo).port}`;
  }

  async close(): Promise<void> {
    this.server.closeAllConnections();
    await new Promise<void>((resolve) => this.server.close(() => resolve()));
  }

  private hear(heard: Heard, response: ServerResponse): void {
    this.heard.push(heard);
    if (!this.calm && this.random.between(1, 100) <= REFUSED) {
      response.writeHead(503).end();
      return;
    }
    const late = !this.calm && this.random.between(1, 100) <= LATE;
    const wait = late ? this.random.between(1, LATEST_MS) : 0;
    setTimeout(() => {
      this.onAnswer('before');
      heard.answered = true;
      response.end('ok', () => this.onAnswer('after'));
    }, wait);
  }
}
