/** From a message to durable, stored and acknowledged: on the real journal, catalog and store. */
import { describe, expect, it } from 'vitest';
import { encodeCbor } from '../../protocol/cbor/encode.ts';
import { T0, TestDevice } from '../support/ingest/device.ts';
import { Rig } from '../support/ingest/rig.ts';

const device = new TestDevice();

describe('ingest of batches', () => {
  it('acknowledges what is durable, not before', async () => {
    let release = () => {};
    const hold = new Promise<void>((resolve) => {
      release = resolve;
    });
    const switches = { hold };
    await using rig = await Rig.open({ switches });
    for (const message of [device.schema(), device.batch(1)])
      void rig.ingest.receive({ ...message, retained: false });
    await new Promise((resolve) => setImmediate(resolve));
    expect(rig.acked()).toEqual([]);
    expect(await rig.points('a')).toEqual([]);
    release();
    await rig.settled();
    expect(rig.acked()).toEqual([1]);
    expect(await rig.points('b', { instance: 'pi-1', site: 'berlin', job: 'node' })).toEqual([
      [T0 + 1_000, 2],
    ]);
  });

  it('stores a repeat once and acknowledges it again, on its way to the disk too', async () => {
    await using rig = await Rig.open();
    await rig.send(device.state(), device.schema());
    rig.published.length = 0;
    await rig.send(device.batch(1), device.batch(1));
    expect(rig.counts.deferred.pending).toBe(1);
    expect(rig.acks()).toHaveLength(1);
    await rig.send(device.batch(1));
    expect(rig.acks().map(({ ranges }) => ranges)).toEqual([
      [{ first: 1, last: 1 }],
      [{ first: 1, last: 1 }],
    ]);
    expect(rig.counts).toMatchObject({ repeats: 1, batches: 1, samples: 2 });
    expect(rig.parts.store.stats().samplesAppended).toBe(2);
  });

  it('asks for an unknown dictionary and works once it has it', async () => {
    await using rig = await Rig.open();
    await rig.send(device.batch(1));
    expect(rig.acked()).toEqual([]);
    expect(rig.acks()[0]?.needSchemas).toHaveLength(1);
    expect(rig.parts.quarantine.stats().kept).toBe(0);
    await rig.send(device.schema(), device.batch(1));
    expect(rig.acked()).toEqual([1]);
  });

  it('asks a device for its state once, not at each message', async () => {
    await using rig = await Rig.open();
    await rig.send(device.schema(), device.batch(1), device.batch(2));
    await rig.send(device.batch(3));
    expect(rig.acks().flatMap(({ needKinds }) => needKinds)).toEqual(['state']);
    await rig.send(device.state(), device.batch(4));
    expect(rig.acks().at(-1)?.needKinds).toEqual([]);
  });

  it('leaves an unknown version alone, whatever kind it is', async () => {
    await using rig = await Rig.open();
    const newer = encodeCbor(new Map([[0, 99]]));
    for (const kind of ['m', 'event', 'state', 'schema'] as const)
      await rig.send(device.message(kind, newer));
    expect(rig.counts.deferred['unknown-version']).toBe(4);
    expect(rig.acks()).toEqual([]);
    expect(rig.parts.quarantine.stats().kept).toBe(0);
  });

  it('sets aside what it cannot read: acknowledged and a gap when it has a number', async () => {
    await using rig = await Rig.open();
    await rig.send(device.schema(), device.state(), device.broken(1));
    expect(rig.acked()).toEqual([1]);
    expect(rig.device()?.gaps).toMatchObject([
      { cause: 'undecodable', from: T0 + 1_000, numbers: [{ first: 1, last: 1 }] },
    ]);
    expect([...(rig.device()?.problems.keys() ?? [])]).toEqual(['undecodable']);
    await rig.send(device.message('m', Buffer.from('rubbish')));
    expect(rig.counts).toMatchObject({ quarantined: 2, gaps: 1, batches: 0 });
    expect(rig.acked()).toEqual([1]);
  });

  it('sets aside batches of a dictionary that cannot be read instead of asking for ever', async () => {
    await using rig = await Rig.open();
    const { payload } = device.schema();
    const damaged = payload.slice();
    damaged.fill(0xff, 4, 8);
    const { dictionaryId } = await import('../../protocol/messages/schema.ts');
    const { decodeBatch, encodeBatch } = await import('../../protocol/messages/batch.ts');
    const sent = device.batch(1);
    const batch = decodeBatch(sent.payload);
    if (!batch.ok) throw new Error('own batch');
    const named = encodeBatch({ ...batch.value, schema: dictionaryId(damaged) });
    await rig.send(device.message('schema', damaged), { ...sent, payload: named });
    expect(rig.acked()).toEqual([1]);
    expect(rig.device()?.gaps).toMatchObject([{ cause: 'undecodable' }]);
  });

  it('takes nothing into account that the disk refuses, and works when it takes again', async () => {
    const switches: { refuse?: ((topic: string) => boolean) | undefined } = {};
    await using rig = await Rig.open({ switches });
    await rig.send(device.schema());
    switches.refuse = () => true;
    await rig.send(device.batch(1), device.batch(2));
    expect(rig.acked()).toEqual([]);
    expect(await rig.points('a')).toEqual([]);
    expect(rig.counts).toMatchObject({ batches: 0, samples: 0, deferred: { storage: 2 } });
    expect(rig.journalHealth.refusal).toContain('disk full');
    expect(rig.logged.filter((line) => line.startsWith('journal refuses'))).toHaveLength(1);
    switches.refuse = undefined;
    await rig.send(device.batch(1), device.batch(2));
    expect(rig.acked()).toEqual([1, 2]);
    expect(rig.journalHealth.refusal).toBeUndefined();
  });

  it('acknowledges no batch whose dictionary the disk refused, and loses none over a crash', async () => {
    const switches = { refuse: (topic: string) => topic.endsWith('/schema') };
    const rig = await Rig.open({ switches });
    await rig.send(device.schema(), device.batch(1));
    expect(rig.acked()).toEqual([]);
    await using next = await rig.crash();
    await next.send(device.schema(), device.batch(1));
    expect(next.acked()).toEqual([1]);
    expect(await next.points('a')).toEqual([[T0 + 1_000, 1]]);
    expect(next.device()?.gaps).toEqual([]);
  });

  it('holds publishers back while the disk is slow, and lets them go on', async () => {
    let release = () => {};
    const switches = {
      hold: new Promise<void>((resolve) => {
        release = resolve;
      }),
    };
    await using rig = await Rig.open({ switches });
    const big = device.message('m', Buffer.alloc(1_000_000));
    const unread = { ...big, payload: Buffer.concat([device.batch(1).payload, big.payload]) };
    let waiting: Promise<void> | undefined;
    for (let n = 1; waiting === undefined && n < 60; n++) {
      const payload = Buffer.from(unread.payload);
      payload.set(device.batch(n).payload);
      waiting = rig.ingest.receive({ topic: big.topic, payload, retained: false });
    }
    expect(waiting).toBeDefined();
    release();
    await waiting;
    await rig.settled();
    expect(rig.ingest.receive({ ...device.schema(), retained: false })).toBeUndefined();
  });

  it('survives a listener and a store that throw: the device sends again', async () => {
    await using rig = await Rig.open();
    const cancel = rig.feed.subscribe(['sample'], () => {
      throw new Error('listener');
    });
    await rig.send(device.schema(), device.batch(1));
    expect(rig.counts.failed).toBe(1);
    cancel();
    await rig.send(device.batch(1));
    expect(rig.acked()).toEqual([1]);
    expect(await rig.points('a')).toEqual([[T0 + 1_000, 1]]);
  });

  it('ignores what says nothing: empty retained payloads, other topics, too many devices', async () => {
    await using rig = await Rig.open();
    await rig.send({ ...device.message('state', new Uint8Array()), retained: true });
    await rig.send({ topic: 'muster/v1/berlin/pi-1/ack', payload: Buffer.from('x') });
    await rig.send({ topic: 'elsewhere', payload: Buffer.from('x') });
    expect(rig.directory.size).toBe(0);
    expect(rig.counts.ignored).toBe(3);
    Object.defineProperty(rig.directory, 'open', { value: () => undefined });
    await rig.send(device.batch(1));
    expect(rig.counts).toMatchObject({ ignored: 3, deferred: { overload: 1 } });
  });
});
