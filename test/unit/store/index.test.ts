/** Matchers, postings and the table of series. */
import fc from 'fast-check';
import { describe, expect, it } from 'vitest';
import { StoreError } from '../../../collector/core/store/errors.ts';
import { compileMatcher } from '../../../collector/core/store/matcher.ts';
import type { Matcher, MatcherOp } from '../../../collector/core/store/model.ts';
import { intersect, subtract, union } from '../../../collector/core/store/numbers.ts';
import { Postings } from '../../../collector/core/store/postings.ts';
import { SeriesTable } from '../../../collector/core/store/series-table.ts';
import { StringTable } from '../../../collector/core/store/strings.ts';

const match = (op: MatcherOp, pattern: string, value: string) =>
  compileMatcher({ name: 'x', op, value: pattern }).test(value);

const sets = fc.tuple(
  ...[0, 1].map(() =>
    fc.uniqueArray(fc.nat({ max: 60 })).map((list) => Uint32Array.from(list).sort()),
  ),
);

describe('matchers', () => {
  it('are anchored, and a dot is any character', () => {
    expect(match('=~', 'ab', 'xabx')).toBe(false);
    expect(match('=~', 'a.c', 'a\nc')).toBe(true);
    expect(match('=~', 'a|b', 'b')).toBe(true);
    expect(match('=~', 'ab?', 'a')).toBe(true);
    expect(match('=~', 'device-.*7', 'device-17')).toBe(true);
    expect(match('!~', 'a|b', 'c')).toBe(true);
    expect(match('=~', '(a+)+$', `${'a'.repeat(5000)}b`)).toBe(false);
  });

  it('says which pattern is wrong', () => {
    expect(() => compileMatcher({ name: 'x', op: '=~', value: '(' })).toThrow(StoreError);
    expect(() => compileMatcher({ name: 'x', op: '=~', value: '(' })).toThrow('x=~"("');
  });
});

describe('sets of ids', () => {
  it('meet, differ and join', () => {
    fc.assert(
      fc.property(sets, (pair) => {
        const [a, b] = pair as unknown as [Uint32Array, Uint32Array];
        expect([...intersect(a, b)]).toEqual([...a].filter((id) => b.includes(id)));
        expect([...subtract(a, b)]).toEqual([...a].filter((id) => !b.includes(id)));
        const both = [...new Set([...a, ...b])].sort((x, y) => x - y);
        expect([...union([a, b], 61)]).toEqual(both);
        expect([...union([a, b], 1_000_000)]).toEqual(both);
      }),
    );
  });
});

describe('postings', () => {
  const strings = new StringTable();
  const table = new SeriesTable(strings);
  const postings = new Postings(strings);
  const all = ['a', 'b', ''].flatMap((x) => ['1', '2', ''].map((y) => ({ __name__: 'm', x, y })));
  for (const labels of all) {
    const pairs = table.pairsOf(new Map(Object.entries(labels)));
    postings.add(table.add({ type: 0, unit: 0, owner: 0, pairs }), pairs);
  }

  it('answer as a test of each series would', () => {
    const matcher: fc.Arbitrary<Matcher> = fc.record({
      name: fc.constantFrom('x', 'y', 'z', '__name__'),
      op: fc.constantFrom<MatcherOp>('=', '!=', '=~', '!~'),
      value: fc.constantFrom('a', '1', '', 'a|b', '.*', '.+', 'm', '[ab]', 'a|'),
    });
    fc.assert(
      fc.property(fc.array(matcher, { maxLength: 3 }), (matchers) => {
        const compiled = matchers.map(compileMatcher);
        const expected = all.flatMap((labels, i) =>
          compiled.every((one) => one.test((labels as Record<string, string>)[one.name] ?? ''))
            ? [i + 1]
            : [],
        );
        expect([...postings.select(compiled)]).toEqual(expected);
      }),
    );
  });

  it('forget series, and take them back where they were', () => {
    const some = new Postings(strings);
    for (let id = 1; id <= table.size; id++) some.add(id, table.pairs(id));
    const x: Matcher = { name: 'x', op: '=~', value: '.+' };
    const select = () => [...some.select([compileMatcher(x)])];
    const before = select();
    some.remove([1, 2, 3], (id) => table.pairs(id));
    expect(select()).toEqual(before.filter((id) => id > 3));
    for (const id of [2, 3, 1]) some.add(id, table.pairs(id));
    expect(select()).toEqual(before);
  });

  it('find each label set again, in whatever order it is given', () => {
    for (const [i, labels] of all.entries()) {
      const reversed = new Map(Object.entries(labels).reverse());
      expect(table.find(table.pairsOf(reversed))).toBe(i + 1);
    }
    expect(table.find(table.pairsOf(new Map([['x', 'never']])))).toBeUndefined();
  });
});
