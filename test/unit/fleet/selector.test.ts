/** Selectors: Kubernetes' syntax over devices; errors name the place; print is the inverse of parse. */
import fc from 'fast-check';
import { describe, expect, it } from 'vitest';
import {
  matches,
  parseSelector,
  printSelector,
  type Selectable,
  type Selector,
  selectorProblem,
} from '../../../collector/core/fleet/selector.ts';

const pi: Selectable = {
  id: 'pi-1',
  site: 'berlin',
  labels: new Map([
    ['ring', 'canary'],
    ['model', 'pi4'],
    ['site', 'a label of that name'],
  ]),
  facts: new Map([['os', 'Debian 13']]),
};

const hits = (text: string, device = pi) => matches(parseSelector(text), device);

describe('a selector', () => {
  it.each([
    ['all', true],
    ['*', true],
    ['pi-1', true],
    ['pi-2', false],
    ['device=pi-1', true],
    ['device in (pi-1, pi-2)', true],
    ['site=berlin,ring in (canary,early),!legacy,model!=pi3', true],
    ['site == berlin , ring notin (canary)', false],
    ['ring', false],
    ['label.ring', true],
    ['label.site="a label of that name"', true],
    ['ring,model', true],
    ['legacy notin (a)', true],
    ['legacy!=a', true],
    ['legacy=', false],
    ['!ring', false],
    ['fact.os="Debian 13"', true],
    ['fact.os', true],
    ['!fact.kernel', true],
    ['fact.os in ("Debian 12","Debian 13")', true],
  ])('%s: %s', (text, expected) => expect(hits(text)).toBe(expected));

  it('takes the empty text as a value', () => {
    expect(hits('ring=', { ...pi, labels: new Map([['ring', '']]) })).toBe(true);
  });

  it.each([
    ['', 1, 'is empty: say all'],
    ['ring=a ring=b', 8, 'expected a comma'],
    ['ring in a', 9, 'expected ('],
    ['ring in ()', 10, 'expected a value'],
    ['ring in (a b)', 12, 'expected a comma or )'],
    ['ring in (a', 11, 'expected a comma or )'],
    ['ring=a,', 8, 'expected the name'],
    ['=a', 1, 'expected the name'],
    ['ring="a', 6, 'not closed'],
    ['ring>1', 5, 'expected a comma'],
    ['a,*', 3, 'expected the name'],
  ])('%j is refused at character %i: %s', (text, at, reason) => {
    const problem = selectorProblem(text);
    expect(problem).toContain(`character ${at}:`);
    expect(problem).toContain(reason);
  });
});

const key = fc.constantFrom(
  'device',
  'site',
  'ring',
  'fact.os',
  'label.site',
  'a_b/c.d-e',
  'in',
  'notin',
);
const value = fc.oneof(
  fc.constantFrom('canary', 'pi4', '', 'a b', '"', 'x=y', '\\', 'ü'),
  fc.string(),
);
const requirement = fc.oneof(
  fc.record({ key, op: fc.constantFrom('eq' as const, 'ne' as const), value }),
  fc.record({
    key,
    op: fc.constantFrom('in' as const, 'notin' as const),
    values: fc.array(value, { minLength: 1, maxLength: 3 }),
  }),
  fc.record({ key: fc.constantFrom('label.ring', 'fact.os'), op: fc.constant('exists' as const) }),
  fc.record({ key, op: fc.constant('absent' as const) }),
);
const selector: fc.Arbitrary<Selector> = fc.record({
  requirements: fc.array(requirement, { maxLength: 4 }),
});

describe('properties', () => {
  it('what is printed is read as the same', () => {
    fc.assert(
      fc.property(selector, (one) => {
        expect(parseSelector(printSelector(one))).toEqual(one);
      }),
    );
  });

  it('any text is read or refused with a place inside it', () => {
    const text = fc.oneof(
      fc.string(),
      fc.string({ unit: fc.constantFrom('a', '=', '!', ',', '(', ')', ' ', 'in', '"', '\\', '*') }),
    );
    fc.assert(
      fc.property(text, (one) => {
        const problem = selectorProblem(one);
        if (problem === undefined) {
          expect(parseSelector(printSelector(parseSelector(one)))).toEqual(parseSelector(one));
        } else {
          const at = Number(/character (\d+):/.exec(problem)?.[1]);
          expect(at).toBeGreaterThan(0);
          expect(at).toBeLessThanOrEqual(one.length + 1);
        }
      }),
    );
  });

  it('eq and ne, in and notin, exists and absent are each other’s opposite', () => {
    const pairs = [
      ['eq', 'ne'],
      ['in', 'notin'],
      ['exists', 'absent'],
    ] as const;
    fc.assert(
      fc.property(requirement, (one) => {
        const pair = pairs.find((two) => two.some((op) => op === one.op)) ?? ['', ''];
        const other = pair.find((op) => op !== one.op);
        const opposite = { ...one, op: other } as typeof one;
        expect(matches({ requirements: [opposite] }, pi)).toBe(
          !matches({ requirements: [one] }, pi),
        );
      }),
    );
  });
});
