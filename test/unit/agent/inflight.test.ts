/** The window between sending and the collector's acknowledgement. */
import { describe, expect, it } from 'vitest';
import { backoffMs } from '../../../agent/core/backoff.ts';
import { Inflight } from '../../../agent/core/inflight.ts';

const epoch = '00000000000000aa';
const at = (number: number) => ({ epoch, number });
const open = () => new Inflight({ window: 8, ackTimeoutMs: 1_000, maxSends: 3 });

describe('Inflight', () => {
  it('keeps places for live records while a backlog fills the window', () => {
    const inflight = open();
    for (let n = 1; inflight.room(false) > 0; n++) inflight.add(at(n), false, 100, 0);
    expect(inflight.size).toBe(4);
    expect(inflight.room(true)).toBe(4);
  });

  it('asks for more of a backlog when a quarter of its places and bytes is free, and always when nothing is on its way', () => {
    const inflight = new Inflight({ window: 12, ackTimeoutMs: 1_000, maxSends: 3 });
    expect(inflight.room(false)).toBe(8);
    for (let n = 1; n <= 8; n++) inflight.add(at(n), false, 100, 0);
    const acked = (n: number) => inflight.acknowledge(epoch, [{ first: n, last: n }], 1);
    expect(inflight.room(false)).toBe(0);
    acked(1);
    expect(inflight.room(false)).toBe(0);
    acked(2);
    expect(inflight.room(false)).toBe(2);
    acked(3);
    inflight.add(at(9), false, 100 * 1024, 2);
    expect(inflight.room(false)).toBe(0);
    acked(9);
    expect(inflight.room(false)).toBe(3);
    const alone = new Inflight({ window: 1, ackTimeoutMs: 1_000, maxSends: 3 });
    expect(alone.room(false)).toBe(1);
    alone.add(at(1), false, 200 * 1024, 0);
    expect(alone.room(false)).toBe(0);
  });

  it('closes when no ack comes, and opens with the first', () => {
    const inflight = open();
    inflight.add(at(1), true, 100, 0);
    inflight.add(at(2), true, 100, 500);
    expect(inflight.stalls(999)).toBe(false);
    expect(inflight.stalls(1_000)).toBe(true);
    expect(inflight.room(true)).toBe(0);
    expect(inflight.acknowledge(epoch, [{ first: 1, last: 1 }], 2_000)).toBe(1);
    expect(inflight.room(true)).toBe(7);
    expect(inflight.stalls(2_500)).toBe(false);
  });

  it('sends again what acks pass by, and gives up after too many times', () => {
    const inflight = open();
    const pass = (now: number) => {
      inflight.add(at(now), true, 100, now);
      inflight.acknowledge(epoch, [{ first: now, last: now }], now);
    };
    inflight.add(at(1), true, 100, 0);
    for (let now = 1_000; now < 3_000; now += 1_000) {
      pass(now);
      expect(inflight.overdue(now)).toMatchObject({ again: [at(1)], giveUp: [] });
      inflight.add(at(1), true, 100, now);
    }
    pass(3_000);
    expect(inflight.overdue(3_000)).toMatchObject({ again: [], giveUp: [at(1)] });
  });

  it('does not close for a record that others pass', () => {
    const inflight = open();
    inflight.add(at(1), true, 100, 0);
    inflight.add(at(2), true, 100, 10);
    inflight.acknowledge(epoch, [{ first: 2, last: 2 }], 20);
    expect(inflight.stalls(60_000)).toBe(false);
    expect(inflight.overdue(60_000).again).toMatchObject([at(1)]);
  });

  it('lets history wait in its line while live records pass it', () => {
    const inflight = open();
    const live = (now: number) => {
      inflight.add(at(now), true, 100, now);
      inflight.acknowledge(epoch, [{ first: now, last: now }], now);
    };
    inflight.add(at(1), false, 100, 0, true);
    inflight.add(at(2), false, 100, 0, true);
    for (const now of [1_000, 2_000]) live(now);
    expect(inflight.stalls(2_999)).toBe(false);
    expect(inflight.overdue(2_999)).toEqual({ again: [], giveUp: [] });
    // One that later history passed is missing.
    inflight.acknowledge(epoch, [{ first: 2, last: 2 }], 2_500);
    expect(inflight.overdue(2_999)).toMatchObject({ again: [at(1)], giveUp: [] });
  });

  it('sends history again that waits for very long, and gives it up as any other', () => {
    const inflight = open();
    let now = 0;
    for (let sends = 1; sends <= 3; sends++) {
      inflight.add(at(1), false, 100, now, true);
      inflight.add(at(10 + sends), true, 100, now);
      inflight.acknowledge(epoch, [{ first: 10, last: 99 }], now);
      now += 3_000;
      expect(inflight.overdue(now - 1)).toEqual({ again: [], giveUp: [] });
      const found = inflight.overdue(now);
      expect(found).toMatchObject(sends < 3 ? { again: [at(1)] } : { giveUp: [at(1)] });
    }
  });

  it('closes for history alone when nothing at all is acknowledged', () => {
    const inflight = open();
    inflight.add(at(1), false, 100, 0, true);
    expect(inflight.stalls(2_999)).toBe(false);
    expect(inflight.stalls(3_000)).toBe(true);
  });

  it('counts the times that others passed a record over reconnects', () => {
    const inflight = open();
    let sends = 0;
    for (let now = 0; inflight.overdue(now).giveUp.length === 0; now += 1_000) {
      inflight.clear();
      inflight.add(at(1), true, 100, now);
      inflight.add(at(10 + ++sends), true, 100, now);
      inflight.acknowledge(epoch, [{ first: 10, last: 99 }], now);
    }
    expect(sends).toBe(3);
  });

  it('bounds the bytes of a backlog, not of live records', () => {
    const inflight = open();
    inflight.add(at(1), false, 200_000, 0);
    expect(inflight.room(false)).toBe(0);
    expect(inflight.room(true)).toBe(7);
    inflight.acknowledge(epoch, [{ first: 1, last: 1 }], 10);
    expect(inflight.room(false)).toBe(4);
    expect(inflight.roundTripMs).toBe(10);
  });

  it('ignores acks of other epochs', () => {
    const inflight = open();
    inflight.add(at(1), true, 100, 0);
    expect(inflight.acknowledge('00000000000000bb', [{ first: 1, last: 9 }], 0)).toBe(0);
    expect(inflight.has(at(1))).toBe(true);
  });
});

describe('backoff', () => {
  it('spreads over the whole of a bound that doubles to its maximum', () => {
    const limits = { minMs: 1_000, maxMs: 60_000 };
    expect(backoffMs(0, limits, 0)).toBe(100);
    expect(backoffMs(0, limits, 0.5)).toBe(600);
    expect(backoffMs(3, limits, 0.5)).toBe(4_100);
    expect(backoffMs(1_000, limits, 1)).toBe(60_100);
  });
});
