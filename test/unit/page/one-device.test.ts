/** Asking lists of many devices for one of them. */
import * as fc from 'fast-check';
import { expect, it } from 'vitest';
import { justBefore, Known } from '../../../collector/web/one-device.ts';

const id = fc.stringMatching(/^[a-z0-9][a-z0-9-]{0,62}$/);

it('begins a page with the device, whichever others there are', () => {
  fc.assert(
    fc.property(id, fc.array(id), (wanted, others) => {
      const after = justBefore(wanted);
      const page = [...others, wanted].sort().filter((one) => one > after);
      expect(page[0]).toBe(wanted);
    }),
  );
});

it('asks once for what is over, and again when that failed', async () => {
  const known = new Known<number>();
  let asked = 0;
  const ask = () => Promise.resolve(++asked);
  expect([await known.get('a', true, ask), await known.get('a', true, ask)]).toEqual([1, 1]);
  expect([await known.get('b', false, ask), await known.get('b', false, ask)]).toEqual([2, 3]);
  await expect(known.get('c', true, () => Promise.reject(new Error('away')))).rejects.toThrow(
    'away',
  );
  expect(await known.get('c', true, ask)).toBe(4);
});
