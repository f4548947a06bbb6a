/** Debian's mosquitto as `deploy/mosquitto` sets it up. */
import { execFile } from 'node:child_process';
import { writeFile } from 'node:fs/promises';
import { join } from 'node:path';
import { promisify } from 'node:util';
import { connectAsync } from 'mqtt';
import { afterAll, beforeAll, describe, expect, it } from 'vitest';
import { createExternalBroker } from '../../collector/io/broker/external-broker.ts';
import type { Bus, BusMessage } from '../../collector/ports.ts';
import { buildTopic, deviceFilters, KINDS, type Kind } from '../../protocol/topics.ts';
import { Inbox } from '../support/inbox.ts';
import { haveMosquitto, Mosquitto } from '../support/mosquitto.ts';
import { shippedFile, shippedSettings } from '../support/shipped-mosquitto.ts';
import { tempFolder } from '../support/temp-folder.ts';

const USERS = ['muster_collector', 'dev-1', 'dev-2'];
const password = (user: string) => `secret of ${user}`;
/** More than mosquitto keeps by default. */
const MANY = 3_000;

const kinds = Object.keys(KINDS) as Kind[];
const topic = (device: string, kind: Kind) =>
  buildTopic({ site: 'lab', device, kind, ...(KINDS[kind].id ? { id: 'one' } : {}) });

describe.skipIf(!haveMosquitto)(
  'mosquitto as deploy/mosquitto sets it up (skipped where /usr/sbin/mosquitto is missing)',
  () => {
    let folder: Awaited<ReturnType<typeof tempFolder>>;
    let mosquitto: Mosquitto;

    beforeAll(async () => {
      folder = await tempFolder('mosquitto-shipped');
      await writeFile(join(folder.path, 'muster.acl'), shippedFile('muster.acl'));
      const passwords = join(folder.path, 'muster.passwd');
      await writeFile(passwords, USERS.map((user) => `${user}:${password(user)}\n`).join(''));
      await promisify(execFile)('mosquitto_passwd', ['-U', passwords]);
      // Started by root it would become a user who may not read the folder.
      const own = process.getuid?.() === 0 ? ['user root'] : [];
      mosquitto = await Mosquitto.start(folder.path, [...shippedSettings(folder.path), ...own]);
    });

    afterAll(async () => {
      await mosquitto.stop();
      await folder[Symbol.asyncDispose]();
    });

    const clientOf = (user: string) =>
      connectAsync(mosquitto.url, {
        clientId: user,
        username: user,
        password: password(user),
        reconnectPeriod: 0,
      });

    async function collector(): Promise<{ bus: Bus; got: Inbox<BusMessage> }> {
      const [username = ''] = USERS;
      const { url } = mosquitto;
      const bus = createExternalBroker({ url, username, password: password(username) });
      const got = new Inbox<BusMessage>();
      await bus.start((message) => void got.push(message));
      expect(bus.stats().connected).toBe(true);
      return { bus, got };
    }

    it('refuses who has no name, and who has the wrong password', async () => {
      const wrong = { username: 'dev-1', password: 'guessed', reconnectPeriod: 0 };
      await expect(connectAsync(mosquitto.url, { reconnectPeriod: 0 })).rejects.toThrow(/author/i);
      await expect(connectAsync(mosquitto.url, wrong)).rejects.toThrow(/author/i);
    });

    it('lets a device speak for itself in every kind of its own, and in nothing else', async () => {
      const { bus, got } = await collector();
      const device = await clientOf('dev-1');
      for (const owner of ['dev-2', 'dev-1']) {
        for (const kind of kinds) await device.publishAsync(topic(owner, kind), kind, { qos: 1 });
      }
      const own = kinds.filter((kind) => KINDS[kind].from === 'device');
      // All others were sent before these.
      const heard = (await got.take(own.length)).map((message) => message.topic);
      expect(heard).toEqual(own.map((kind) => topic('dev-1', kind)));
      await device.endAsync();
      await bus.close();
    });

    it('lets a device hear what is said to it, and nothing that is said to others', async () => {
      const { bus } = await collector();
      const device = await clientOf('dev-1');
      const heard = new Inbox<string>();
      device.on('message', (name) => heard.push(name));
      await device.subscribeAsync(deviceFilters('lab', 'dev-1'), { qos: 1 });
      await device.subscribeAsync('muster/v1/#', { qos: 1 }).catch(() => undefined);
      const said = kinds.filter((kind) => KINDS[kind].from === 'collector');
      for (const owner of ['dev-2', 'dev-1']) {
        for (const kind of said) {
          await bus.publish(topic(owner, kind), 'x', { qos: 1, retain: false });
        }
      }
      const names = new Set(await heard.take(said.length));
      expect(names).toEqual(new Set(said.map((kind) => topic('dev-1', kind))));
      await device.endAsync();
      await bus.close();
    });

    it('keeps what a fleet sends while the collector is away', async () => {
      const before = await collector();
      await before.bus.close();
      const device = await clientOf('dev-2');
      await Promise.all(
        Array.from({ length: MANY }, (_, n) =>
          device.publishAsync(topic('dev-2', 'h'), String(n), { qos: 1 }),
        ),
      );
      const { bus, got } = await collector();
      const numbers = (await got.take(MANY)).map(({ payload }) => Number(Buffer.from(payload)));
      expect(numbers).toEqual(Array.from({ length: MANY }, (_, n) => n));
      await device.endAsync();
      await bus.close();
    });
  },
);
