/**
 * A message reaches the collector the short way (express.ts) or through aedes, depending on who
 * else listens and where TCP cuts the stream. Nobody can tell which.
 */
import fc from 'fast-check';
import { expect, it } from 'vitest';
import { TestBroker } from '../support/broker.ts';
import { until } from '../support/inbox.ts';
import { publishPacket, RawClient } from '../support/raw-mqtt.ts';

const PING = Buffer.from([0xc0, 0]);
const BRANCH = 'muster/v1/a/dev-1';

const publish = fc.record({
  kind: fc.constantFrom('m', 'm', 'm', 'h', 'state', 'report/r-1', 'ack', 'nonsense'),
  bytes: fc.integer({ min: 4, max: 3_000 }),
  qos: fc.constantFrom(0, 1),
  retain: fc.boolean(),
});
const packets = fc.array(
  fc.oneof(
    { weight: 8, arbitrary: publish },
    { weight: 1, arbitrary: fc.constant('ping' as const) },
  ),
  { minLength: 1, maxLength: 40 },
);
const cuts = fc.array(fc.integer({ min: 1, max: 4_000 }), { minLength: 1, maxLength: 5 });

for (const watched of [false, true]) {
  it(`keeps order and acknowledges each ${watched ? 'through aedes' : 'the short way'}`, async () => {
    const turns = [undefined, () => Promise.resolve(), () => new Promise<void>(setImmediate)];
    let calls = 0;
    const receive = () => turns[calls++ % turns.length]?.();
    const limits = { messagesPerSecond: 1e9, bytesPerSecond: 1e9 };
    await using broker = await TestBroker.start(limits, receive);
    if (watched) await (await broker.client('Watcher')).subscribeAsync('#');
    const device = await RawClient.connected(broker.url, 'dev-1');
    let answered = device.received.items.length;
    let serial = 0;

    await fc.assert(
      fc.asyncProperty(packets, cuts, async (list, pieces) => {
        broker.got.items.length = 0;
        const expected: number[] = [];
        const ids: number[] = [];
        let pings = 0;
        const stream = Buffer.concat(
          list.map((item, i) => {
            if (item === 'ping') {
              pings += 1;
              return PING;
            }
            serial += 1;
            const payload = Buffer.alloc(item.bytes);
            payload.writeUInt32LE(serial);
            if (!['ack', 'nonsense'].includes(item.kind)) expected.push(serial);
            if (item.qos === 1) ids.push(i + 1);
            const id = item.qos === 1 ? i + 1 : undefined;
            const packet = publishPacket(`${BRANCH}/${item.kind}`, payload, id);
            if (item.retain) packet[0] = (packet[0] as number) | 1;
            return packet;
          }),
        );
        for (let at = 0, i = 0; at < stream.length; i += 1) {
          const end = at + (pieces[i % pieces.length] as number);
          device.socket.write(stream.subarray(at, end));
          at = end;
          if (i % 3 === 0) await new Promise(setImmediate);
        }
        await until(() => broker.got.items.length >= expected.length);
        const wanted = ids.length * 4 + pings * 2;
        const answers = () => Buffer.concat(device.received.items.slice(answered));
        await until(() => answers().length >= wanted);
        expect(broker.got.items.map(({ payload }) => Buffer.from(payload).readUInt32LE())).toEqual(
          expected,
        );
        const acks = answers();
        expect(acknowledged(acks).sort((a, b) => a - b)).toEqual(ids);
        expect(acks.length).toBe(wanted);
        answered = device.received.items.length;
      }),
      { numRuns: 60 },
    );
    device.socket.destroy();
  });
}

function acknowledged(bytes: Buffer): number[] {
  const ids: number[] = [];
  for (let at = 0; at < bytes.length; ) {
    if (bytes[at] === 0x40) {
      ids.push(bytes.readUInt16BE(at + 2));
      at += 4;
    } else {
      expect(bytes[at]).toBe(0xd0);
      at += 2;
    }
  }
  return ids;
}
