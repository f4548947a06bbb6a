import fc from 'fast-check';
import { describe, expect, it } from 'vitest';
import { open, sign } from '../../../collector/core/oncall/signed-link.ts';

const key = Buffer.alloc(32, 7);

describe('a signed link', () => {
  it('opens to what was signed, until it expires', () => {
    fc.assert(
      fc.property(fc.string(), fc.integer({ min: 1, max: 4e12 }), (notification, expiresAt) => {
        const token = sign({ notification, expiresAt }, key);
        expect(token).toMatch(/^[\w.-]+$/);
        expect(open(token, key, expiresAt - 1)).toEqual({
          ok: true,
          grant: { notification, expiresAt },
        });
        expect(open(token, key, expiresAt)).toEqual({ ok: false, reason: 'expired' });
      }),
    );
  });

  it('is refused when a single character was changed', () => {
    const token = sign({ notification: 'abc', expiresAt: 1000 }, key);
    for (let i = 0; i < token.length - 1; i++) {
      const other = token[i] === 'A' ? 'B' : 'A';
      const changed = token.slice(0, i) + other + token.slice(i + 1);
      expect(open(changed, key, 0).ok).toBe(false);
    }
  });

  it('is refused under another key, and when it is no token at all', () => {
    const token = sign({ notification: 'abc', expiresAt: 1000 }, key);
    expect(open(token, Buffer.alloc(32, 8), 0)).toEqual({ ok: false, reason: 'forged' });
    fc.assert(fc.property(fc.string(), (text) => !open(text, key, 0).ok));
  });
});
