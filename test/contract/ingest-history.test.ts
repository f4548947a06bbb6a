/**
 * Live data does not wait behind history, whichever broker brings both: counted in messages that are
 * stored between the arrival of a live one and its acknowledgement, not in time.
 */
import { connectAsync, type MqttClient } from 'mqtt';
import { describe, expect, it } from 'vitest';
import { createEmbeddedBroker } from '../../collector/io/broker/embedded-broker.ts';
import { createExternalBroker } from '../../collector/io/broker/external-broker.ts';
import type { Bus } from '../../collector/ports.ts';
import { until } from '../support/inbox.ts';
import { TestDevice } from '../support/ingest/device.ts';
import { Rig } from '../support/ingest/rig.ts';
import { haveMosquitto, Mosquitto } from '../support/mosquitto.ts';
import { tempFolder } from '../support/temp-folder.ts';

const LATE = 40;
const EACH = 25;
/** One slice under way, one that is handled while the journal is busy, one in the live one's group. */
const MOST = 3 * 16;

const live = new TestDevice('live-1');
const late = Array.from({ length: LATE }, (_, n) => new TestDevice(`late-${n}`));

/** How many messages were stored from the arrival of each live one to its acknowledgement. */
class Passing {
  readonly rig: Rig;
  readonly passed: number[] = [];
  private readonly arrivedAt: number[] = [];

  constructor(rig: Rig) {
    this.rig = rig;
    const { published } = rig;
    published.push = (...items) => {
      for (const { topic } of items) if (topic.endsWith('/live-1/ack')) this.acknowledged();
      return Array.prototype.push.apply(published, items);
    };
  }

  receive: Parameters<Bus['start']>[0] = (message) => {
    if (message.topic.endsWith('/live-1/m')) this.arrivedAt.push(this.stored);
    return this.rig.ingest.receive(message);
  };

  get stored(): number {
    return this.rig.counts.batches;
  }

  private acknowledged(): void {
    this.passed.push(this.stored - (this.arrivedAt[this.passed.length] as number));
  }
}

async function begun(): Promise<Rig> {
  const rig = await Rig.open();
  for (const device of [live, ...late]) await rig.send(device.state(), device.schema());
  return rig;
}

async function expectAll(rig: Rig, liveOnes: number): Promise<void> {
  expect(rig.counts).toMatchObject({ batches: LATE * EACH + liveOnes, repeats: 0, gaps: 0 });
  const points = (await rig.points('a', { instance: 'late-7' })).map(([, value]) => value);
  expect(points).toEqual(Array.from({ length: EACH }, (_, n) => n + 1));
}

describe('history', () => {
  it('of many devices at once lets live data pass at every moment, and all of it is kept', async () => {
    await using rig = await begun();
    const passing = new Passing(rig);
    for (let n = 1; n <= EACH; n++)
      for (const device of late)
        void passing.receive({ ...device.batch(n, { kind: 'h' }), retained: false });
    let sent = 0;
    while (passing.stored < LATE * EACH) {
      if (passing.passed.length === sent)
        void passing.receive({ ...live.batch(++sent), retained: false });
      await new Promise((resolve) => setImmediate(resolve));
    }
    await rig.settled();
    expect(sent).toBeGreaterThan(5);
    expect(Math.max(...passing.passed)).toBeLessThanOrEqual(MOST);
    await expectAll(rig, sent);
  });

  it('keeps its order in each device', async () => {
    const order: number[] = [];
    await using rig = await Rig.open({ switches: { appended: (_, time) => order.push(time) } });
    const device = new TestDevice();
    await rig.send(device.state(), device.schema());
    await rig.send(...Array.from({ length: 100 }, (_, n) => device.batch(n + 1, { kind: 'h' })));
    expect(order).toEqual([...order].sort((a, b) => a - b));
    expect(order).toHaveLength(100);
  });

  it('of a device that is forgotten meanwhile is left to be sent again', async () => {
    await using rig = await Rig.open();
    const device = new TestDevice();
    await rig.send(device.state(), device.schema());
    const sending = rig.send(
      ...Array.from({ length: 40 }, (_, n) => device.batch(n + 1, { kind: 'h' })),
    );
    rig.directory.delete('pi-1');
    await sending;
    expect(rig.counts.batches).toBe(16);
  });

  for (const [name, open, skip] of [
    ['the embedded broker', embedded, false],
    ['mosquitto', external, !haveMosquitto],
  ] as const) {
    it.skipIf(skip)(`that comes through ${name} lets live data pass`, async () => {
      await using rig = await begun();
      await using broker = await open();
      const passing = new Passing(rig);
      await broker.bus.start(passing.receive);
      const clients = await Promise.all(
        [live, ...late].map(({ id }) => connectAsync(broker.url(), { clientId: id })),
      );
      const [liveClient, ...lateClients] = clients as [MqttClient, ...MqttClient[]];
      for (const [n, client] of lateClients.entries())
        for (let number = 1; number <= EACH; number++) {
          const { topic, payload } = (late[n] as TestDevice).batch(number, { kind: 'h' });
          client.publish(topic, Buffer.from(payload), { qos: 1 });
        }
      let sent = 0;
      await until(() => {
        if (passing.stored === LATE * EACH + sent && passing.passed.length === sent) return true;
        if (passing.passed.length < sent || passing.stored === 0) return false;
        const { topic, payload } = live.batch(++sent);
        liveClient.publish(topic, Buffer.from(payload), { qos: 1 });
        return false;
      });
      await rig.settled();
      expect(Math.max(0, ...passing.passed)).toBeLessThanOrEqual(MOST);
      await Promise.all(clients.map((client) => client.endAsync(true)));
      await expectAll(rig, sent);
    });
  }
});

interface Open extends AsyncDisposable {
  readonly bus: Bus;
  url(): string;
}

async function embedded(): Promise<Open> {
  const bus = createEmbeddedBroker({ listen: { host: '127.0.0.1', port: 0 } });
  return {
    bus,
    url: () => bus.stats().listening[0] ?? '',
    [Symbol.asyncDispose]: () => bus.close(),
  };
}

async function external(): Promise<Open> {
  const folder = await tempFolder('mosquitto');
  const mosquitto = await Mosquitto.start(folder.path);
  const bus = createExternalBroker({ url: mosquitto.url });
  return {
    bus,
    url: () => mosquitto.url,
    [Symbol.asyncDispose]: async () => {
      await bus.close();
      await mosquitto.stop();
      await folder[Symbol.asyncDispose]();
    },
  };
}
