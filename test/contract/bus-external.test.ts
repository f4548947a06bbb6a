/** The external bus against Debian's mosquitto. */
import { once } from 'node:events';
import { createServer, Socket } from 'node:net';
import { connectAsync } from 'mqtt';
import { describe, expect, it, vi } from 'vitest';
import { createExternalBroker } from '../../collector/io/broker/external-broker.ts';
import type { BusMessage } from '../../collector/ports.ts';
import { Inbox, until } from '../support/inbox.ts';
import { haveMosquitto, Mosquitto } from '../support/mosquitto.ts';
import { tempFolder } from '../support/temp-folder.ts';
import { busContract } from './bus.contract.ts';

const limits = { pendingMessages: 8, firstRetryMs: 20, longestRetryMs: 100 };

describe.skipIf(!haveMosquitto)(
  'with mosquitto (skipped where /usr/sbin/mosquitto is missing)',
  () => {
    busContract('external broker', async () => {
      const folder = await tempFolder('mosquitto');
      const mosquitto = await Mosquitto.start(folder.path);
      const bus = createExternalBroker({ url: mosquitto.url, limits });
      return {
        bus,
        url: () => mosquitto.url,
        restart: async () => {
          await mosquitto.stop();
          await until(() => !bus.stats().connected);
          await expect(
            bus.publish('muster/v1/a/b/ack', 'x', { qos: 0, retain: false }),
          ).rejects.toMatchObject({ code: 'bus-away' });
          await mosquitto.resume();
        },
        dispose: async () => {
          await bus.close();
          await mosquitto.stop();
          await folder[Symbol.asyncDispose]();
        },
      };
    });

    it('acknowledges to the broker only what was received: the rest comes again', async () => {
      await using folder = await tempFolder('mosquitto');
      const mosquitto = await Mosquitto.start(folder.path);
      const device = await connectAsync(mosquitto.url, { clientId: 'dev-1' });
      const send = (text: string) => device.publishAsync('muster/v1/a/dev-1/m', text, { qos: 1 });

      const first = createExternalBroker({ url: mosquitto.url, limits });
      const held = new Inbox<BusMessage>();
      await first.start((message) => {
        held.push(message);
        return Buffer.from(message.payload).toString() === 'a' ? undefined : new Promise(() => {});
      });
      for (const text of ['a', 'b', 'c']) await send(text);
      await held.take(3);
      await first.close();
      // The session lasts: what comes while nobody is there waits too.
      await send('d');

      const second = createExternalBroker({ url: mosquitto.url, limits });
      const got = new Inbox<BusMessage>();
      await second.start((message) => void got.push(message));
      const texts = (await got.take(3)).map(({ payload }) => Buffer.from(payload).toString());
      expect(texts).toEqual(['b', 'c', 'd']);
      await second.close();
      await device.endAsync();
      await mosquitto.stop();
    });

    it('flags what the broker had retained', async () => {
      await using folder = await tempFolder('mosquitto');
      const mosquitto = await Mosquitto.start(folder.path);
      const device = await connectAsync(mosquitto.url, { clientId: 'dev-1' });
      await device.publishAsync('muster/v1/a/dev-1/state', 'old', { qos: 1, retain: true });
      const bus = createExternalBroker({ url: mosquitto.url, limits });
      const got = new Inbox<BusMessage>();
      await bus.start((message) => void got.push(message));
      await got.take(1);
      await device.publishAsync('muster/v1/a/dev-1/state', 'new', { qos: 1, retain: true });
      expect((await got.take(2)).map(({ retained }) => retained)).toEqual([true, false]);
      await bus.close();
      await device.endAsync();
      await mosquitto.stop();
    });
  },
);

it('starts without its broker, and tries again with pauses of its own', async () => {
  const refusing = createServer((socket) => socket.destroy()).listen(0, '127.0.0.1');
  await once(refusing, 'listening');
  const { port } = refusing.address() as { port: number };
  const tries = new Inbox<unknown>();
  refusing.on('connection', tries.push);
  const bus = createExternalBroker({ url: `mqtt://127.0.0.1:${port}`, limits });
  await bus.start(() => undefined);
  expect(bus.stats()).toMatchObject({ connected: false, connections: 0 });
  await tries.take(5);
  const published = bus.publish('muster/v1/a/b/ack', 'x', { qos: 0, retain: false });
  await expect(published).rejects.toMatchObject({ name: 'BusError', code: 'bus-away' });
  await bus.close();
  refusing.close();
});

it('sends an acknowledgement behind a PUBACK at once, not when the broker has acknowledged that', async () => {
  const refusing = createServer((socket) => socket.destroy()).listen(0, '127.0.0.1');
  await once(refusing, 'listening');
  const { port } = refusing.address() as { port: number };
  const noDelay = vi.spyOn(Socket.prototype, 'setNoDelay');
  const bus = createExternalBroker({ url: `mqtt://127.0.0.1:${port}`, limits });
  await bus.start(() => undefined);
  expect(noDelay).toHaveBeenCalledWith(true);
  noDelay.mockRestore();
  await bus.close();
  refusing.close();
});
