/** The agent's link when the connection is the trouble: refusals, dead links, good-byes, silence. */
import { describe, expect, it } from 'vitest';
import { decodeState } from '../../protocol/messages/state.ts';
import { LinkRig } from '../support/link/rig.ts';

const online = (rig: LinkRig) =>
  rig.broker.heard.items
    .filter(({ kind }) => kind === 'state')
    .map(({ payload }) => {
      const state = decodeState(payload);
      return state.ok ? state.value.online : undefined;
    });

describe('connecting', () => {
  it.each([
    ['login', /not authorized/],
    ['subscription', /refused the subscription to .*ack/],
  ] as const)(
    'says why when the broker refuses the %s, and waits longer each time',
    async (what, why) => {
      await using rig = await LinkRig.open();
      rig.broker.refuse = what;
      rig.link.start();
      await rig.until(() => rig.logs.length === 1);
      expect(rig.logs[0]).toMatch(/^cannot connect /);
      expect(rig.logs[0]).toMatch(why);
      const waits: number[] = [];
      for (let n = 0; n < 5; n++) {
        waits.push(await rig.timeToNextTimer());
        await rig.nextAttempt();
      }
      expect(waits).toEqual([600, 1_100, 2_100, 4_100, 4_100]);
      // The same trouble is said once.
      expect(rig.logs).toHaveLength(1);
      rig.broker.refuse = 'nothing';
      await rig.advanceUntil(() => rig.link.connected);
      expect(rig.logs.at(-1)).toBe('connected');
    },
  );

  it('neither hurries nor makes two connections at once while the broker is away', async () => {
    await using rig = await LinkRig.open();
    rig.proxy.refuse(true);
    rig.link.start();
    await rig.until(() => rig.logs.length === 1);
    for (let n = 0; n < 30; n++) {
      expect(rig.attemptsAtOnce()).toBeLessThanOrEqual(1);
      await rig.timeToNextTimer();
      await rig.nextAttempt();
    }
    // 30 attempts took two minutes of the link's time: bounds reach 8 s.
    expect(rig.clock.mono() - 1_000_000).toBeGreaterThan(100_000);
    rig.proxy.refuse(false);
    await rig.advanceUntil(() => rig.link.connected);
    expect(rig.broker.connections).toBe(1);
  });

  it('can be stopped while the broker does not answer', async () => {
    await using rig = await LinkRig.open();
    rig.proxy.hold(true);
    rig.link.start();
    await rig.until(() => rig.attemptsAtOnce() === 1);
    await rig.link.stop();
    await rig.until(() => rig.attemptsAtOnce() === 0);
    expect(rig.logs).toEqual([]);
    expect(await rig.timers()).toBe(0);
  });
});

describe('a dead link', () => {
  it('is found by a missing PUBACK', async () => {
    await using rig = await LinkRig.open();
    await rig.start();
    rig.proxy.hold(true);
    await rig.record();
    await rig.clock.advance(19_000);
    expect(rig.link.connected).toBe(true);
    await rig.clock.advance(1_000);
    expect(rig.link.connected).toBe(false);
    expect(rig.logs.at(-1)).toBe('connection lost no PUBACK');
    rig.proxy.hold(false);
    await rig.advanceUntil(() => rig.buffer.stats().records === 0);
  });

  it('is found by a missing answer while it is set up', async () => {
    await using rig = await LinkRig.open();
    await rig.start();
    rig.broker.mute = true;
    rig.proxy.cut();
    await rig.until(() => rig.logs.length === 2);
    await rig.nextAttempt();
    await rig.clock.advance(20_000);
    await rig.until(() => rig.logs.length === 3);
    expect(rig.logs.at(-1)).toMatch(/cannot connect no (SUB|PUB)ACK/);
    rig.broker.mute = false;
    await rig.advanceUntil(() => rig.link.connected);
  });
});

describe('presence', () => {
  it('is online until the connection breaks, then offline by the will', async () => {
    await using rig = await LinkRig.open();
    await rig.start();
    expect(online(rig)).toEqual([true]);
    rig.proxy.cut();
    await rig.until(() => online(rig).length === 2);
    expect(online(rig)).toEqual([true, false]);
  });

  it('says good-bye once, without a will', async () => {
    await using rig = await LinkRig.open();
    await rig.start();
    await rig.link.stop();
    await rig.until(() => rig.broker.open === 0);
    expect(online(rig)).toEqual([true, false]);
  });

  it('does not wait long to say good-bye over a dead link', async () => {
    await using rig = await LinkRig.open();
    await rig.start();
    rig.proxy.hold(true);
    const stopped = rig.link.stop();
    await rig.clock.advance(2_000);
    await stopped;
  });

  it('costs one message and few timers in each minute of silence', async () => {
    await using rig = await LinkRig.open();
    await rig.start();
    const before = rig.broker.heard.items.length;
    const timers = rig.clock.fired;
    for (let minute = 0; minute < 60; minute++) {
      await rig.clock.advance(60_000);
      await rig.breathe();
    }
    expect(rig.broker.heard.items.slice(before).map(({ kind }) => kind)).toEqual(
      Array.from({ length: 60 }, () => 'state'),
    );
    expect(rig.clock.fired - timers).toBe(60);
  });

  it('sets no timer that outlives the acknowledgement of a live record', async () => {
    await using rig = await LinkRig.open();
    await rig.start();
    const before = await rig.timers();
    await rig.record();
    await rig.until(() => rig.buffer.stats().records === 0);
    await rig.breathe();
    expect(await rig.timers()).toBe(before);
  });
});
