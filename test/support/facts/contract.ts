/** What every `Facts` promises. */
import { expect, it } from 'vitest';
import type { Facts } from '../../../agent/ports/caretaking.ts';

/** `open` opens the same place again and again; each test has its own. */
export type InPlace = (test: (open: () => Promise<Facts>) => Promise<void>) => Promise<void>;

export function factsContract(inPlace: InPlace): void {
  it('gives back what was put, also to the next life', () =>
    inPlace(async (open) => {
      const facts = await open();
      await facts.put('runs/tidy', 'first\nline\u{1f600}');
      await facts.put('runs/empty', '');
      expect(facts.get('runs/tidy')).toBe('first\nline\u{1f600}');
      const again = await open();
      expect(again.get('runs/tidy')).toBe('first\nline\u{1f600}');
      expect(again.get('runs/empty')).toBe('');
      expect(again.get('runs/other')).toBeUndefined();
    }));

  it('lists the names of one group, sorted', () =>
    inPlace(async (open) => {
      const facts = await open();
      for (const name of ['b/2', 'a/9', 'b/1', 'b2/0']) await facts.put(name, name);
      expect(facts.names('b')).toEqual(['b/1', 'b/2']);
      expect((await open()).names('b')).toEqual(['b/1', 'b/2']);
      expect(facts.names('c')).toEqual([]);
    }));

  it('keeps the last of many puts that were not waited for', () =>
    inPlace(async (open) => {
      const facts = await open();
      await Promise.all(Array.from({ length: 50 }, (_, n) => facts.put('a/b', String(n))));
      expect(facts.get('a/b')).toBe('49');
      expect((await open()).get('a/b')).toBe('49');
    }));

  it('forgets what is removed, and takes removing nothing', () =>
    inPlace(async (open) => {
      const facts = await open();
      await facts.put('a/b', 'x');
      await Promise.all([facts.put('a/b', 'y'), facts.remove('a/b')]);
      await facts.remove('a/never');
      expect(facts.get('a/b')).toBeUndefined();
      expect((await open()).names('a')).toEqual([]);
    }));

  it('refuses names that are none', () =>
    inPlace(async (open) => {
      const facts = await open();
      for (const name of ['', 'a', 'a/', '/b', 'a/b/c', '../x/y', 'a/..', 'A/b', 'a/.b', 'a b/c']) {
        await expect(facts.put(name, 'x')).rejects.toThrow('no name of a fact');
      }
    }));
}
