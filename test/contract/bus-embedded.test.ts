import { createEmbeddedBroker } from '../../collector/io/broker/embedded-broker.ts';
import type { Bus } from '../../collector/ports.ts';
import { busContract } from './bus.contract.ts';

/** A restart is a new broker on the same port; the test keeps talking to whichever there is. */
class Restartable implements Bus {
  #receive: Parameters<Bus['start']>[0] = () => undefined;
  #port = 0;
  #bus = this.#create();

  #create(): Bus {
    const limits = { pendingMessages: 8 };
    return createEmbeddedBroker({ listen: { host: '127.0.0.1', port: this.#port }, limits });
  }

  async start(receive: Parameters<Bus['start']>[0]): Promise<void> {
    this.#receive = receive;
    await this.#bus.start(receive);
    this.#port = Number(new URL(this.url()).port);
  }

  async restart(): Promise<void> {
    await this.#bus.close();
    this.#bus = this.#create();
    await this.#bus.start(this.#receive);
  }

  url = (): string => this.#bus.stats().listening[0] ?? '';
  publish: Bus['publish'] = (topic, payload, options) => this.#bus.publish(topic, payload, options);
  subscribed: Bus['subscribed'] = (topic) => this.#bus.subscribed(topic);
  stats: Bus['stats'] = () => this.#bus.stats();
  close: Bus['close'] = () => this.#bus.close();
}

busContract('embedded broker', async () => {
  const bus = new Restartable();
  return {
    bus,
    url: bus.url,
    restart: () => bus.restart(),
    dispose: () => bus.close(),
  };
});
