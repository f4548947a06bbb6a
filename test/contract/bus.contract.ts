/** What every bus promises, seen by real MQTT clients on the other side. */
import { connectAsync, type IClientOptions, type MqttClient } from 'mqtt';
import { afterEach, beforeEach, describe, expect, it } from 'vitest';
import type { Bus, BusMessage } from '../../collector/ports.ts';
import { Inbox, until } from '../support/inbox.ts';

export interface BusSetup {
  readonly bus: Bus;
  /** Where other clients connect, once the bus was started. */
  url(): string;
  /** Takes the broker away and back; its address stays. */
  restart(): Promise<void>;
  dispose(): Promise<void>;
}

export function busContract(name: string, open: () => Promise<BusSetup>): void {
  describe(`bus: ${name}`, () => {
    let setup: BusSetup;
    let clients: MqttClient[];
    const inbox = () => new Inbox<BusMessage>();

    beforeEach(async () => {
      setup = await open();
      clients = [];
    });
    afterEach(async () => {
      await Promise.all(clients.map((client) => client.endAsync(true)));
      await setup.dispose();
    });

    async function client(clientId: string, options: IClientOptions = {}): Promise<MqttClient> {
      const made = await connectAsync(setup.url(), {
        clientId,
        reconnectPeriod: 20,
        protocolVersion: 4,
        ...options,
      });
      clients.push(made);
      return made;
    }

    const text = ({ payload }: BusMessage) => Buffer.from(payload).toString();

    it('delivers what devices publish, in order for each', async () => {
      const got = inbox();
      await setup.bus.start(async (message) => got.push(message));
      const devices = await Promise.all(['dev-1', 'dev-2', 'dev-3'].map((id) => client(id)));
      await Promise.all(
        devices.map(async (device, d) => {
          const topic = `muster/v1/plant/dev-${d + 1}/m`;
          const sends = Array.from({ length: 300 }, (_, i) =>
            device.publishAsync(topic, `${d} ${i}`, { qos: 1 }),
          );
          await Promise.all(sends);
        }),
      );
      const all = await got.take(900);
      for (const d of [0, 1, 2]) {
        const own = all.filter(({ topic }) => topic === `muster/v1/plant/dev-${d + 1}/m`);
        expect(own.map(text)).toEqual(Array.from({ length: 300 }, (_, i) => `${d} ${i}`));
      }
      expect(setup.bus.stats()).toMatchObject({ connected: true, receivedMessages: 900 });
      expect(setup.bus.stats().receivedBytes).toBeGreaterThan(900 * 3);
    });

    it('delivers every kind that devices send, with its bytes', async () => {
      const got = inbox();
      await setup.bus.start((message) => void got.push(message));
      const device = await client('dev-1');
      const bytes = Buffer.from(Array.from({ length: 256 }, (_, i) => i));
      const kinds = ['state', 'schema', 'm', 'h', 'health', 'event', 'log', 'trace', 'reported'];
      const topics = [...kinds, 'report/r-1', 'res/c-1'].map((kind) => `muster/v1/a/dev-1/${kind}`);
      for (const topic of topics) await device.publishAsync(topic, bytes, { qos: 1 });
      const all = await got.take(topics.length);
      expect(all.map(({ topic }) => topic)).toEqual(topics);
      for (const { payload, retained } of all) {
        expect(Buffer.from(payload)).toEqual(bytes);
        expect(retained).toBe(false);
      }
    });

    it('publishes to a device, now or when it comes', async () => {
      await setup.bus.start(() => undefined);
      const device = await client('dev-1');
      const got = new Inbox<[string, string, boolean]>();
      device.on('message', (topic, payload, { retain }) =>
        got.push([topic, payload.toString(), retain]),
      );
      const branch = 'muster/v1/a/dev-1';
      await setup.bus.publish(`${branch}/desired`, 'first', { qos: 1, retain: true });
      await setup.bus.publish(`${branch}/desired`, 'second', { qos: 1, retain: true });
      await device.subscribeAsync([`${branch}/desired`, `${branch}/cmd/+`], { qos: 1 });
      await setup.bus.publish(`${branch}/cmd/x-1`, Buffer.from('go'), { qos: 1, retain: false });
      expect(await got.take(2)).toEqual([
        [`${branch}/desired`, 'second', true],
        [`${branch}/cmd/x-1`, 'go', false],
      ]);
    });

    it('forgets a retained message when an empty one follows', async () => {
      await setup.bus.start(() => undefined);
      const branch = 'muster/v1/a/dev-1';
      const options = { qos: 1, retain: true } as const;
      await setup.bus.publish(`${branch}/desired`, 'x', options);
      await setup.bus.publish(`${branch}/desired`, '', options);
      const device = await client('dev-1');
      const got = new Inbox<string>();
      device.on('message', (topic) => got.push(topic));
      await device.subscribeAsync(`${branch}/desired`, { qos: 1 });
      await device.subscribeAsync(`${branch}/cmd/+`, { qos: 1 });
      await setup.bus.publish(`${branch}/cmd/x-1`, 'go', { qos: 1, retain: false });
      expect(await got.take(1)).toEqual([`${branch}/cmd/x-1`]);
    });

    it('knows or does not know who subscribes, but is never wrong', async () => {
      await setup.bus.start(() => undefined);
      const topic = 'muster/v1/a/dev-1/json/metrics';
      expect(setup.bus.subscribed(topic) ?? false).toBe(false);
      const watcher = await client('Watcher');
      await watcher.subscribeAsync('muster/v1/+/+/json/#');
      expect(setup.bus.subscribed(topic) ?? true).toBe(true);
      await watcher.unsubscribeAsync('muster/v1/+/+/json/#');
      expect(setup.bus.subscribed(topic) ?? false).toBe(false);
    });

    it('delivers the will of a device that vanishes', async () => {
      const got = inbox();
      await setup.bus.start((message) => void got.push(message));
      const topic = 'muster/v1/a/dev-1/state';
      const will = { topic, payload: Buffer.from('gone'), qos: 1 as const, retain: true };
      const device = await client('dev-1', { will, reconnectPeriod: 0 });
      device.stream.destroy();
      const [message] = await got.take(1);
      expect(message && [message.topic, text(message)]).toEqual([topic, 'gone']);
    });

    it('holds a bounded number while `receive` is slow, and then goes on', async () => {
      const got = inbox();
      const waiting: (() => void)[] = [];
      await setup.bus.start((message) => {
        got.push(message);
        return new Promise((resolve) => waiting.push(resolve));
      });
      const device = await client('dev-1');
      const payload = Buffer.alloc(8_000);
      const sends = Array.from({ length: 500 }, () =>
        device.publishAsync('muster/v1/a/dev-1/m', payload, { qos: 1 }),
      );
      let most = 0;
      let answered = 0;
      while (answered < 500) {
        await got.take(answered + 1);
        // Give it every chance to take more than it should.
        for (let turn = 0; turn < 5; turn += 1) await new Promise(setImmediate);
        most = Math.max(most, waiting.length);
        answered += waiting.length;
        for (const answer of waiting.splice(0)) answer();
      }
      await Promise.all(sends);
      expect(most).toBeGreaterThan(0);
      expect(most).toBeLessThan(60);
      expect(got.items).toHaveLength(500);
    });

    it('hears devices again after the broker was away', async () => {
      const got = inbox();
      await setup.bus.start((message) => void got.push(message));
      const device = await client('dev-1');
      await device.publishAsync('muster/v1/a/dev-1/m', 'before', { qos: 1 });
      await setup.restart();
      await until(() => setup.bus.stats().connected);
      await device.publishAsync('muster/v1/a/dev-1/m', 'after', { qos: 1 });
      await got.take(1, (message) => text(message) === 'after');
    });

    it('ends: takes no more, and refuses to publish with a code', async () => {
      await setup.bus.start(() => undefined);
      await setup.bus.close();
      await setup.bus.close();
      expect(setup.bus.stats().connected).toBe(false);
      const published = setup.bus.publish('muster/v1/a/b/ack', 'x', { qos: 0, retain: false });
      await expect(published).rejects.toMatchObject({ name: 'BusError', code: 'bus-closed' });
    });
  });
}
