/** The agent's link over a real broker: order, window, acknowledgements, needs, stalls. */
import { describe, expect, it } from 'vitest';
import { decodeState, encodeState } from '../../protocol/messages/state.ts';
import { ACK_TIMEOUT, CURRENT, dictionaryOf, LinkRig } from '../support/link/rig.ts';
import type { Heard } from '../support/link/scripted-broker.ts';

describe('order', () => {
  it('says state and schema, retained, before data', async () => {
    await using rig = await LinkRig.open();
    await rig.record(2);
    await rig.start();
    await rig.broker.heard.take(4);
    expect(rig.broker.kinds().slice(0, 4)).toEqual(['state', 'schema', 'h', 'h']);
    expect(rig.broker.heard.items.map(({ retain }) => retain)).toEqual([true, true, false, false]);
  });

  it('sends the backlog oldest first, and deletes what is acknowledged', async () => {
    await using rig = await LinkRig.open();
    await rig.record(100);
    await rig.start();
    await rig.until(() => rig.buffer.stats().records === 0);
    expect(rig.broker.numbers('h')).toEqual(Array.from({ length: 100 }, (_, n) => n + 1));
    expect(rig.link.stats()).toMatchObject({ acknowledged: 100, resent: 0, inFlight: 0 });
  });

  it('never has more on its way than the window, and leaves places to live records', async () => {
    await using rig = await LinkRig.open();
    await rig.record(50);
    rig.broker.collector = () => undefined;
    await rig.start();
    await rig.broker.heard.take(6);
    await rig.breathe();
    expect(rig.broker.numbers('h')).toHaveLength(4);
    await rig.record(10);
    await rig.until(() => rig.broker.numbers('m').length === 4);
    await rig.breathe();
    expect(rig.broker.numbers('m')).toEqual([51, 52, 53, 54]);
    expect(rig.link.stats().inFlight).toBe(8);
  });

  it('sends live records at once while a thousand wait', async () => {
    await using rig = await LinkRig.open();
    const held: Heard[] = [];
    let holds = true;
    // However fast it drains, hundreds are waiting as long as live records are made.
    rig.broker.collector = (message) => {
      if (holds && message.kind === 'h' && message.number > 300) held.push(message);
      else rig.broker.ack(message);
    };
    await rig.record(1_000);
    await rig.start();
    const { heard } = rig.broker;
    for (let n = 0; n < 40; n++) {
      await rig.record();
      const from = heard.items.length;
      const number = 1_001 + n;
      const isIt = (one: Heard) => one.kind === 'm' && one.number === number;
      await heard.take(1, isIt);
      // Nothing but what was on its way already comes before it.
      expect(heard.items.findIndex(isIt) - from).toBeLessThan(8);
    }
    holds = false;
    for (const message of held) rig.broker.ack(message);
    await rig.until(() => rig.buffer.stats().records === 0);
    expect(new Set(rig.broker.numbers('h')).size).toBe(1_000);
  });
});

describe('acknowledgements', () => {
  it('sends again what is not acknowledged while others are', async () => {
    await using rig = await LinkRig.open();
    let lost = true;
    rig.broker.collector = (message) => {
      if (message.number !== 1 || !lost) rig.broker.ack(message);
      else lost = false;
    };
    await rig.record(5);
    await rig.start();
    await rig.until(() => rig.buffer.stats().records === 1);
    await rig.clock.advance(ACK_TIMEOUT - 1_000);
    expect(rig.broker.numbers('h')).toEqual([1, 2, 3, 4, 5]);
    await rig.clock.advance(1_250);
    await rig.until(() => rig.buffer.stats().records === 0);
    expect(rig.broker.numbers('h')).toEqual([1, 2, 3, 4, 5, 1]);
  });

  it('reports what the collector never takes while later ones pass, and goes on', async () => {
    await using rig = await LinkRig.open();
    rig.broker.collector = (message) => {
      if (message.number !== 1) rig.broker.ack(message);
    };
    await rig.record(1);
    await rig.start();
    // Each live record passes it; nothing else is ever on its way.
    await rig.advanceUntil(() => rig.gaveUp.length > 0, 10_000, 300_000).catch(() => undefined);
    expect(rig.gaveUp).toEqual([]);
    for (let n = 0; n < 40 && rig.gaveUp.length === 0; n++) {
      await rig.record();
      await rig.advanceUntil(() => rig.buffer.stats().records <= 1, 1_000);
      await rig.clock.advance(10_000);
      await rig.breathe();
    }
    expect(rig.gaveUp).toEqual([1]);
    expect(rig.buffer.stats().records).toBe(0);
  });
});

describe('needs', () => {
  it('answers for an old dictionary with it, unretained, and the batches behind it', async () => {
    await using rig = await LinkRig.open();
    const old = dictionaryOf('old');
    await rig.buffer.putDictionary(old.id, old.bytes);
    await rig.record(3, old.id);
    const isOld = (payload: Uint8Array) => Buffer.from(payload).equals(old.bytes);
    rig.broker.collector = (message) => {
      // It gets the one that goes ahead of the backlog, and forgets it.
      const got = rig.broker.heard.items.filter(({ payload }) => isOld(payload)).length;
      if (got > 1) return rig.broker.ack(message);
      rig.broker.ack(message, { ranges: [], needSchemas: [old.id] });
    };
    await rig.start();
    await rig.until(() => rig.buffer.stats().records === 0);
    const schemas = rig.broker.heard.items.filter(({ kind }) => kind === 'schema');
    expect(schemas.map(({ retain }) => retain)).toEqual([true, false, false]);
    expect(rig.broker.kinds().slice(-2)).toEqual(['h', 'h']);
  });

  it('publishes a retained kind again', async () => {
    await using rig = await LinkRig.open();
    await rig.start();
    const position = { epoch: rig.buffer.epoch, number: 1 };
    rig.broker.ack(position, { ranges: [], needKinds: ['schema', 'state'] });
    const [, , schema, state] = await rig.broker.heard.take(4);
    expect(schema).toMatchObject({ kind: 'schema', retain: true });
    expect(Buffer.from(schema?.payload ?? []).equals(CURRENT.bytes)).toBe(true);
    expect(state).toMatchObject({ kind: 'state', retain: true });
  });

  it('answers its own state of another session, at most every ten seconds', async () => {
    await using rig = await LinkRig.open();
    await rig.start();
    const states = () =>
      rig.broker.heard.items.filter(({ kind, retain }) => kind === 'state' && retain);
    const [ours] = states();
    const state = decodeState(ours?.payload ?? new Uint8Array());
    if (!state.ok) throw new Error('no state');
    const foreign = encodeState({ ...state.value, session: 'ee'.repeat(8) });
    for (let n = 0; n < 5; n++) rig.broker.say('state', foreign);
    await rig.breathe();
    const before = states().length;
    await rig.clock.advance(9_000);
    await rig.breathe();
    expect(states().length).toBe(before);
    await rig.clock.advance(1_000);
    await rig.until(() => states().length === before + 1);
    await rig.clock.advance(20_000);
    await rig.breathe();
    expect(states().length).toBe(before + 1);
  });
});

describe('a collector that does not acknowledge', () => {
  it('closes the window, probes one at a time, stays connected, and catches up', async () => {
    await using rig = await LinkRig.open();
    let stores = false;
    rig.broker.collector = (message) => {
      if (stores) rig.broker.ack(message);
    };
    await rig.record(20);
    await rig.start();
    await rig.until(() => rig.broker.numbers('h').length === 4);
    await rig.advanceUntil(() => rig.link.stats().stalled);
    await rig.record(5);
    const sent = rig.broker.numbers('h').length;
    for (let n = 0; n < 60; n++) {
      await rig.clock.advance(1_000);
      await rig.breathe();
    }
    // Bounds double from 1 s to 8 s, halved by this chance: about twelve in a minute.
    const probes = rig.broker.numbers('h').length - sent;
    expect(probes).toBeGreaterThan(5);
    expect(probes).toBeLessThan(20);
    expect(rig.broker.numbers('m')).toEqual([]);
    expect(rig.broker.connections).toBe(1);
    stores = true;
    await rig.advanceUntil(() => rig.buffer.stats().records === 0, 500);
    expect(rig.broker.connections).toBe(1);
    expect(new Set(rig.broker.numbers('h')).size).toBe(25);
  });

  it('does not stay closed when what was on its way is gone from a full buffer', async () => {
    await using rig = await LinkRig.open({ capBytes: 20_000 });
    let stores = false;
    rig.broker.collector = (message) => {
      if (stores) rig.broker.ack(message);
    };
    await rig.record(4, CURRENT.id, 1_000);
    await rig.start();
    await rig.advanceUntil(() => rig.link.stats().stalled);
    await rig.record(40, CURRENT.id, 1_000);
    expect(rig.buffer.held()[0]?.low).toBeGreaterThan(8);
    stores = true;
    await rig.advanceUntil(() => rig.buffer.stats().records === 0);
    expect(rig.link.stats().stalled).toBe(false);
  });
});
