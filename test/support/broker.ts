/** An embedded broker for a test, what it received, and a well-behaved device beside the rest. */
import { connectAsync, type IClientOptions, type MqttClient } from 'mqtt';
import { createEmbeddedBroker } from '../../collector/io/broker/embedded-broker.ts';
import type { BrokerLimits, BrokerOptions } from '../../collector/io/broker/options.ts';
import type { Bus, BusMessage } from '../../collector/ports.ts';
import { Inbox } from './inbox.ts';

export class TestBroker implements AsyncDisposable {
  readonly bus: Bus;
  readonly got = new Inbox<BusMessage>();
  readonly #clients: MqttClient[] = [];

  private constructor(bus: Bus) {
    this.bus = bus;
  }

  static async start(
    limits: Partial<BrokerLimits> = {},
    receive?: (message: BusMessage) => Promise<void> | undefined,
    options: Partial<BrokerOptions> = {},
  ): Promise<TestBroker> {
    const listen = { host: '127.0.0.1', port: 0 };
    const broker = new TestBroker(createEmbeddedBroker({ listen, limits, ...options }));
    await broker.bus.start((message) => {
      broker.got.push(message);
      return receive?.(message);
    });
    return broker;
  }

  get url(): string {
    return this.bus.stats().listening[0] ?? '';
  }

  refused(reason: string): number {
    return this.bus.stats().refused.get(reason) ?? 0;
  }

  async client(clientId: string, options: IClientOptions = {}): Promise<MqttClient> {
    const client = await connectAsync(this.url, { clientId, reconnectPeriod: 0, ...options });
    client.on('error', () => {});
    this.#clients.push(client);
    return client;
  }

  /** Publishes one message after another, as long as `work` lasts; answers the slowest, in ms. */
  async whileHealthy<T>(work: () => Promise<T>): Promise<{ result: T; slowestMs: number }> {
    const device = await this.client('good-1');
    let over = false;
    let slowestMs = 0;
    const publishing = (async () => {
      while (!over) {
        const before = performance.now();
        await device.publishAsync('muster/v1/good/good-1/m', 'x', { qos: 1 });
        slowestMs = Math.max(slowestMs, performance.now() - before);
        await new Promise((resolve) => setTimeout(resolve, 1));
      }
    })();
    const result = await work();
    over = true;
    await publishing;
    return { result, slowestMs };
  }

  async [Symbol.asyncDispose](): Promise<void> {
    await Promise.all(this.#clients.map((client) => client.endAsync(true)));
    await this.bus.close();
  }
}

/** Heap and buffers in megabytes, garbage included: a bound, not a measurement. */
export function memoryMb(): number {
  const { heapUsed, arrayBuffers } = process.memoryUsage();
  return (heapUsed + arrayBuffers) / 1_048_576;
}
