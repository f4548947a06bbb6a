/** The short way takes whole publishes at the front, and is not confused by any bytes. */
import fc from 'fast-check';
import { describe, expect, it } from 'vitest';
import { LastTopic, takePublishes } from '../../../collector/io/broker/express.ts';
import { framed, publishPacket } from '../../support/raw-mqtt.ts';

const PING = Buffer.from([0xc0, 0]);

function taken(bytes: Buffer, accepts = (_topic: string) => true) {
  const found: [string, string, number | undefined][] = [];
  const at = takePublishes(bytes, new LastTopic(), (topic, payload, id) => {
    if (!accepts(topic)) return false;
    found.push([topic, payload.toString('latin1'), id]);
    return true;
  });
  return { found, at };
}

describe('the short way', () => {
  it('takes publishes up to the first packet that is something else, or not whole', () => {
    const first = publishPacket('a/b', Buffer.from('one'), 7);
    const second = publishPacket('c', Buffer.alloc(200, 'x'));
    const whole = Buffer.concat([first, second, PING, first]);
    expect(taken(whole)).toEqual({
      found: [
        ['a/b', 'one', 7],
        ['c', 'x'.repeat(200), undefined],
      ],
      at: first.length + second.length,
    });
    for (let end = 0; end < first.length + second.length; end += 1) {
      expect(taken(whole.subarray(0, end)).at).toBe(end < first.length ? 0 : first.length);
    }
  });

  it('leaves what is not accepted, and all behind it', () => {
    const yes = publishPacket('yes', Buffer.from('1'), 1);
    const no = publishPacket('no', Buffer.from('2'), 2);
    const { found, at } = taken(Buffer.concat([yes, no, yes]), (topic) => topic === 'yes');
    expect(found).toEqual([['yes', '1', 1]]);
    expect(at).toBe(yes.length);
  });

  it('leaves QoS 2, packet id 0 and impossible lengths to the parser', () => {
    const qos2 = publishPacket('a', Buffer.from('x'), 5);
    qos2[0] = 0x34;
    const short = framed(0x32, Buffer.from([0, 9, 0x61]));
    const empty = framed(0x30, Buffer.alloc(0));
    for (const bytes of [qos2, publishPacket('a', Buffer.from('x'), 0), short, empty]) {
      expect(taken(bytes)).toEqual({ found: [], at: 0 });
    }
  });

  it('never throws and never runs past the end', () => {
    const anything = fc.array(fc.oneof(fc.constantFrom(0x30, 0x32, 0, 1, 2, 0x80), fc.nat(255)));
    fc.assert(
      fc.property(anything, (numbers) => {
        const bytes = Buffer.from(numbers);
        const { at } = taken(bytes);
        expect(at).toBeLessThanOrEqual(bytes.length);
      }),
    );
  });
});

describe('the last topic', () => {
  it('is what the bytes say, whatever came before', () => {
    const topics = new LastTopic();
    const alike = fc.constantFrom('a/b/m', 'a/b/h', 'a/b', '', 'a/ü/m', 'a/\u00fc', '\uFFFD', 'm');
    const bytes = fc.oneof(
      fc.oneof(alike, fc.string({ unit: 'binary', maxLength: 6 })).map((text) => Buffer.from(text)),
      fc.uint8Array({ maxLength: 4 }).map((some) => Buffer.from(some)),
    );
    fc.assert(
      fc.property(fc.array(bytes), (all) => {
        for (const topic of all)
          for (let time = 0; time < 2; time += 1)
            expect(topics.text(Buffer.concat([PING, topic]), 2, 2 + topic.length)).toBe(
              topic.toString('utf8'),
            );
      }),
    );
  });

  it('is made once while it stays the same', () => {
    const topics = new LastTopic();
    let made = 0;
    const bytes = Buffer.from('muster/v1/site/device/m');
    bytes.toString = () => {
      made += 1;
      return 'muster/v1/site/device/m';
    };
    for (let time = 0; time < 3; time += 1) topics.text(bytes, 0, bytes.length);
    expect(made).toBe(1);
  });
});
