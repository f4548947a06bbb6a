/** Alerts on a real broker: who comes later sees what fires, and nothing of what is over. */
import { describe, expect, it } from 'vitest';
import { TestBroker } from '../support/broker.ts';
import { Inbox } from '../support/inbox.ts';
import {
  alert,
  NO_LIMIT,
  NOW,
  notification,
  notifier,
  testPorts,
} from '../support/notifiers/notifications.ts';

describe('alerts on the broker', () => {
  it('are retained while they fire', async () => {
    await using broker = await TestBroker.start();
    const { bus } = broker;
    const publisher = {
      publish: (topic: string, payload: string, { retain }: { readonly retain: boolean }) =>
        bus.publish(topic, payload, { qos: 1, retain }),
    };
    const channel = notifier('mqtt_configs', {}, { ...testPorts(), publisher });
    const [a, b] = [alert({ instance: 'a', site: 'home' }), alert({ instance: 'b', site: 'oslo' })];
    await channel.send(notification({ alerts: [a, b] }), NO_LIMIT);
    const over = { ...a, endsAt: NOW };
    await channel.send(notification({ alerts: [over, b] }), NO_LIMIT);

    const got = new Inbox<{
      readonly topic: string;
      readonly text: string;
      readonly retain: boolean;
    }>();
    const client = await broker.client('Reader');
    client.on('message', (topic, payload, { retain }) =>
      got.push({ topic, text: payload.toString(), retain }),
    );
    await client.subscribeAsync('muster/v1/+/_collector/alert/#', { qos: 1 });
    await bus.publish('muster/v1/_fleet/_collector/alert/end', 'end', { qos: 1, retain: false });
    await got.take(1, ({ text }) => text === 'end');
    expect(got.items.map(({ topic, retain }) => [topic.split('/')[2], retain])).toEqual([
      ['oslo', true],
      ['_fleet', false],
    ]);
    expect(JSON.parse(got.items[0]?.text ?? '')).toMatchObject({
      status: 'firing',
      labels: { instance: 'b', site: 'oslo' },
    });
  });
});
