/** Packets of SNTP: what is asked, what counts as an answer, eras, and anything at all. */
import fc from 'fast-check';
import { describe, expect, it } from 'vitest';
import { answersRequest, parseSntp, sntpRequest } from '../../../agent/checks/parse/sntp.ts';
import { timePacket } from '../../support/checks/time-server.ts';

const NONCE = Uint8Array.of(1, 2, 3, 4, 5, 6, 7, 8);
const REQUEST = sntpRequest(NONCE);
const NOW = Date.UTC(2026, 10, 21);

describe('SNTP', () => {
  it('asks as a client of version 4 and says nothing of its own clock', () => {
    expect(REQUEST).toHaveLength(48);
    expect(REQUEST[0]).toBe(0b00_100_011);
    expect([...REQUEST.subarray(40)]).toEqual([...NONCE]);
    expect(REQUEST.subarray(1, 40).every((byte) => byte === 0)).toBe(true);
  });

  it('reads back times to a microsecond', () => {
    fc.assert(
      fc.property(fc.integer({ min: 0, max: 2 ** 41 }), fc.nat(86_400_000), (received, more) => {
        const sent = received + more;
        const reply = timePacket(REQUEST, { received, sent });
        const time = parseSntp(reply, REQUEST, received + 1000);
        expect(time.kind).toBe('time');
        if (time.kind !== 'time') return;
        expect(Math.abs(time.received - received)).toBeLessThan(0.001);
        expect(Math.abs(time.sent - sent)).toBeLessThan(0.001);
      }),
    );
  });

  it('goes on after the seconds ran over in 2036', () => {
    const received = Date.UTC(2036, 1, 8);
    const time = parseSntp(timePacket(REQUEST, { received }), REQUEST, NOW);
    expect(time).toMatchObject({ kind: 'time', received });
  });

  it('takes no answer to another question', () => {
    const other = sntpRequest(Uint8Array.of(8, 7, 6, 5, 4, 3, 2, 1));
    expect(answersRequest(timePacket(REQUEST), REQUEST)).toBe(true);
    expect(answersRequest(timePacket(other), REQUEST)).toBe(false);
    expect(answersRequest(REQUEST, REQUEST)).toBe(false);
    expect(answersRequest(timePacket(REQUEST).subarray(0, 47), REQUEST)).toBe(false);
    expect(parseSntp(timePacket(other), REQUEST, NOW)).toMatchObject({ kind: 'bogus' });
  });

  it('survives any bytes', () => {
    fc.assert(
      fc.property(fc.uint8Array({ maxLength: 100 }), fc.boolean(), (bytes, answers) => {
        const reply = Uint8Array.from(bytes);
        if (answers && reply.length >= 48) {
          reply[0] = ((reply[0] ?? 0) & ~7) | 4;
          reply.set(NONCE, 24);
        }
        const time = parseSntp(reply, REQUEST, NOW);
        if (time.kind === 'time') {
          expect(Number.isFinite(time.received)).toBe(true);
          expect(time.stratum).toBeGreaterThan(0);
        }
      }),
    );
  });
});
