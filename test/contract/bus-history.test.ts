/** A device whose history has to wait is not read meanwhile, and nobody waits for it. */
import { describe, expect, it } from 'vitest';
import type { BrokerLimits } from '../../collector/io/broker/options.ts';
import { TestBroker } from '../support/broker.ts';
import { FakeClock } from '../support/fake-clock.ts';
import { publishPacket, RawClient } from '../support/raw-mqtt.ts';

const COUNT = 200;
const PACKET = 8_000;
/** Two reads of a socket, 64 KiB each. */
const MOST_READ = 16;

describe('the embedded broker, while history waits', () => {
  it('reads its sender no further, lets others go on, and holds the connection', async () => {
    const clock = new FakeClock();
    const waiting: (() => void)[] = [];
    await using broker = await TestBroker.start(
      {},
      ({ topic }) =>
        topic.endsWith('/h') ? new Promise((resolve) => waiting.push(resolve)) : undefined,
      { clock },
    );
    const late = await RawClient.connected(broker.url, 'dev-1', 1);
    let closed = false;
    void late.closed.then(() => {
      closed = true;
    });
    for (let n = 1; n <= COUNT; n++) {
      const payload = Buffer.alloc(PACKET);
      payload.writeUInt16BE(n);
      late.socket.write(publishPacket('muster/v1/a/dev-1/h', payload, n));
    }
    const isHistory = ({ topic }: { topic: string }) => topic.endsWith('/h');
    await broker.got.take(1, isHistory);
    const other = await broker.client('dev-2');
    for (let n = 0; n < 20; n++)
      await other.publishAsync('muster/v1/a/dev-2/m', Buffer.from([n]), { qos: 1 });
    expect(broker.got.items.filter(isHistory).length).toBeLessThanOrEqual(MOST_READ);
    await clock.advance(60_000);
    await other.endAsync(true);
    expect(closed).toBe(false);

    for (let n = 1; n <= COUNT; n++) {
      await broker.got.take(n, isHistory);
      waiting.shift()?.();
    }
    const order = broker.got.items
      .filter(isHistory)
      .map(({ payload }) => Buffer.from(payload).readUInt16BE());
    expect(order).toEqual(Array.from({ length: COUNT }, (_, n) => n + 1));
    late.socket.destroy();
  });

  const isLive = ({ topic }: { topic: string }) => topic.endsWith('/m');

  /** A message of history waits beside another client. */
  async function beside(limits: Partial<BrokerLimits>) {
    let release: () => void = () => undefined;
    const answer = new Promise<void>((resolve) => {
      release = resolve;
    });
    const broker = await TestBroker.start(limits, (message) =>
      isLive(message) ? undefined : answer,
    );
    const other = await RawClient.connected(broker.url, 'dev-2', 1);
    const late = await RawClient.connected(broker.url, 'dev-1', 1);
    late.socket.write(publishPacket('muster/v1/a/dev-1/h', Buffer.alloc(PACKET), 1));
    await broker.got.take(1);
    other.socket.write(publishPacket('muster/v1/a/dev-2/m', Buffer.from([1]), 1));
    return { broker, release, clients: [other, late] };
  }

  it('lets others go on where as much of theirs would hold all', async () => {
    const { broker, clients } = await beside({ pendingBytes: PACKET });
    await broker.got.take(1, isLive);
    for (const { socket } of clients) socket.destroy();
    await broker[Symbol.asyncDispose]();
  });

  it('holds all at a bound of its own, and lets them go on below it', async () => {
    const { broker, release, clients } = await beside({ pendingHistoryBytes: PACKET });
    for (let n = 0; n < 50; n++) await new Promise((resolve) => setImmediate(resolve));
    expect(broker.got.items.filter(isLive)).toEqual([]);
    release();
    await broker.got.take(1, isLive);
    for (const { socket } of clients) socket.destroy();
    await broker[Symbol.asyncDispose]();
  });
});
