/** Laying trees over each other, what may be in one, what differs, and versions that only rise. */
import fc from 'fast-check';
import { describe, expect, it } from 'vitest';
import { compose, treeProblem } from '../../../collector/core/fleet/compose.ts';
import { canonical, diff } from '../../../collector/core/fleet/diff.ts';
import { nextVersion } from '../../../collector/core/fleet/version.ts';
import type { Tree } from '../../../protocol/messages/tree.ts';

const leaf = fc.oneof(
  fc.string(),
  fc.integer(),
  fc.boolean(),
  fc.constant(null),
  fc.array(fc.integer(), { maxLength: 3 }),
);
const name = fc.constantFrom('a', 'b', 'c', '__proto__', 'constructor');
const { tree } = fc.letrec<{ tree: Tree; node: Tree[string] }>((tie) => ({
  tree: fc.dictionary(name, tie('node'), { maxKeys: 4, noNullPrototype: true }) as never,
  node: fc.oneof({ maxDepth: 3 }, leaf, tie('tree')) as never,
}));

describe('composing', () => {
  it('joins objects, replaces lists and values', () => {
    const fleet = { checks: { web: { interval: '30s', status: [200] }, dns: { enabled: true } } };
    const device = { checks: { web: { status: [200, 204] } }, adapt: { enabled: false } };
    expect(compose([fleet, device])).toEqual({
      checks: { web: { interval: '30s', status: [200, 204] }, dns: { enabled: true } },
      adapt: { enabled: false },
    });
    expect(compose([])).toEqual({});
  });

  it('takes all of the upper layer, and keeps what it does not speak of', () => {
    fc.assert(
      fc.property(tree, tree, (below, above) => {
        const both = compose([below, above]);
        for (const { change } of diff(both, above)) expect(change).toBe('removed');
        const spoken = new Set(diff(both, below).map(({ path }) => path.split('.')[0]));
        for (const key of spoken) expect(Object.keys(above)).toContain(key);
        expect(canonical(compose([below, below]))).toBe(canonical(below));
        expect(canonical(compose([below, {}]))).toBe(canonical(below));
        expect(canonical(compose([{}, above]))).toBe(canonical(above));
      }),
    );
  });
});

describe('a difference', () => {
  it('names paths', () => {
    const before = { a: { b: 1, c: [1] }, d: true };
    const after = { a: { b: 2, c: [1] }, e: null };
    expect(diff(before, after)).toEqual([
      { path: 'a.b', change: 'changed', before: 1, after: 2 },
      { path: 'd', change: 'removed', before: true },
      { path: 'e', change: 'added', after: null },
    ]);
  });

  it('is empty exactly for equal trees', () => {
    fc.assert(
      fc.property(tree, tree, (a, b) => {
        expect(diff(a, a)).toEqual([]);
        expect(diff(a, b).length === 0).toBe(canonical(a) === canonical(b));
      }),
    );
  });
});

describe('a tree', () => {
  it.each([
    [[], 'must be an object'],
    [null, 'must be an object'],
    [{ a: { b: [1, Number.NaN] } }, 'a.b[1] is not finite'],
    [JSON.parse('{"a":{"__proto__":1}}'), 'a.__proto__ has a key that is not allowed'],
    [{ a: 'x'.repeat(5_000) }, 'a is longer than 4096 bytes'],
    [{ a: Array.from({ length: 30 }, () => 'x'.repeat(4_000)) }, '65536 at most'],
    [{ a: { b: { c: { d: { e: { f: { g: {} } } } } } } }, 'nested deeper'],
  ])('is refused: %j', (value, problem) => expect(treeProblem(value)).toContain(problem));

  it('is taken', () => expect(treeProblem({ checks: { web: { of: 3 } } })).toBeUndefined());
});

it('versions rise above what was given and what is reported, whatever the clock does', () => {
  const number = fc.integer({ min: 0, max: 2 ** 50 });
  fc.assert(
    fc.property(number, number, number, (previous, reported, now) => {
      const next = nextVersion(previous, reported, now);
      expect(next).toBeGreaterThan(previous);
      expect(next).toBeGreaterThan(reported);
      expect(next).toBeGreaterThanOrEqual(now);
    }),
  );
});
