/** The meter follows packets however the stream is cut, and notices a large one at its header. */
import fc from 'fast-check';
import { describe, expect, it } from 'vitest';
import { PacketMeter } from '../../../collector/core/packet-meter.ts';

function packet(bodyBytes: number): Buffer {
  const header = [0x30];
  let rest = bodyBytes;
  do {
    header.push((rest % 128) | (rest >= 128 ? 128 : 0));
    rest = Math.floor(rest / 128);
  } while (rest > 0);
  return Buffer.concat([Buffer.from(header), Buffer.alloc(bodyBytes, 0xff)]);
}

describe('the packet meter', () => {
  it('counts packets the same however they arrive', () => {
    const sizes = fc.array(fc.integer({ min: 0, max: 20_000 }), { maxLength: 20 });
    const cuts = fc.array(fc.integer({ min: 1, max: 9_000 }), { minLength: 1, maxLength: 50 });
    fc.assert(
      fc.property(sizes, cuts, (bodies, pieces) => {
        const meter = new PacketMeter(20_000);
        const stream = Buffer.concat(bodies.map(packet));
        let at = 0;
        for (let i = 0; at < stream.length; i += 1) {
          const end = at + (pieces[i % pieces.length] as number);
          expect(meter.feed(stream.subarray(at, end))).toBe('ok');
          at = end;
        }
        expect(meter.completed).toBe(bodies.length);
        expect(meter.partial).toBe(0);
      }),
    );
  });

  it('refuses a packet over the limit at its fifth byte at the latest', () => {
    const large = packet(60_000_000).subarray(0, 5);
    for (const limit of [100, 1_000_000, 59_999_999]) {
      const meter = new PacketMeter(limit);
      const verdicts = [...large].map((byte) => meter.feed(Buffer.from([byte])));
      expect(verdicts).toContain('too-large');
    }
    expect(new PacketMeter(60_000_000).feed(large)).toBe('ok');
    expect(new PacketMeter(128).feed(packet(128))).toBe('ok');
    expect(new PacketMeter(128).feed(packet(129))).toBe('too-large');
  });

  it('lets nothing but a PUBLISH be larger than it began with', () => {
    for (let type = 0; type < 16; type += 1) {
      const meter = new PacketMeter(100);
      meter.limit = 1_000;
      const large = packet(500);
      large[0] = type << 4;
      expect(meter.feed(large)).toBe(type === 3 ? 'ok' : 'too-large');
    }
  });

  it('refuses a length of five bytes', () => {
    const endless = Buffer.from([0x30, 0x80, 0x80, 0x80, 0x80, 0x01]);
    expect(new PacketMeter(1e9).feed(endless)).toBe('malformed');
  });

  it('knows what is in memory of a packet that is not complete', () => {
    const meter = new PacketMeter(1_000);
    const whole = packet(500);
    meter.feed(whole.subarray(0, 1));
    expect(meter.partial).toBeGreaterThan(0);
    meter.feed(whole.subarray(1, 300));
    expect(meter.partial).toBeGreaterThan(290);
    expect(meter.partial).toBeLessThan(310);
    meter.feed(whole.subarray(300));
    expect(meter.partial).toBe(0);
  });
});
