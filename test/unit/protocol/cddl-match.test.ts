/** The CDDL matcher itself: each construct says yes and no. */
import { describe, expect, it } from 'vitest';
import { matchesRule } from '../../support/cddl/match.ts';
import { parseCddl } from '../../support/cddl/parse.ts';

const map = (...entries: [unknown, unknown][]) => new Map(entries);

const cases: [cddl: string, yes: unknown[], no: unknown[]][] = [
  ['a = uint', [0, 5n, 7], [-1, 1.5, '1', null]],
  ['a = 1 / "x"', [1, 'x'], [2, 'y']],
  ['a = -3..4', [-3, 4], [-4, 5, 0.5, '0']],
  ['a = bstr .size 2', [new Uint8Array(2)], [new Uint8Array(3), 'ab']],
  ['a = tstr .size (1..2)', ['a', 'ä'], ['', 'äa', 1]],
  ['a = tstr .regexp "[a-c]+"', ['abc'], ['', 'abcd']],
  ['a = b .and (tstr .size 1)\nb = tstr .regexp "x*"', ['x'], ['y', 'xx']],
  ['a = [uint, tstr]', [[1, 'a']], [[1], [1, 'a', 2], ['a', 1], 5]],
  [
    'a = [2*3 uint]',
    [
      [1, 2],
      [1, 2, 3],
    ],
    [[1], [1, 2, 3, 4]],
  ],
  ['a = [+ uint, * any]', [[1], [1, 'x']], [[], ['x']]],
  ['a = [* (x: uint, y: tstr)]', [[], [1, 'a', 2, 'b']], [[1], [1, 'a', 2]]],
  ['a = [uint, ? g]\ng = (tstr, bool)\nbool = true / false', [[1], [1, 'a', true]], [[1, 'a']]],
  ['a = {1: uint, ? 2: tstr}', [map([1, 1]), map([2, 'x'], [1, 1])], [map(), map([1, 'x'])]],
  ['a = {1: uint}', [map([1, 1])], [map([1, 1], [2, 2]), map(['1', 1])]],
  ['a = {? 2: tstr, * uint => any}', [map([5, null])], [map([2, 5]), map(['x', 1])]],
  ['a = {? 2 => tstr, * uint => any}', [map([2, 5])], [map(['x', 1])]],
  ['a = {g, 3: uint}\ng = (1: uint, 2: uint)', [map([1, 1], [2, 2], [3, 3])], [map([3, 3])]],
  ['a = {0*1 tstr => uint}', [map(), map(['x', 1])], [map(['x', 1], ['y', 2])]],
  ['a = {name: uint} ; a comment', [map(['name', 1])], [map([1, 1])]],
  ['a = (1 / 2)', [1, 2], [3]],
];

describe('CDDL matcher', () => {
  it.each(cases)('%s', (cddl, yes, no) => {
    const rules = parseCddl(cddl);
    for (const item of yes) expect([item, matchesRule(rules, 'a', item)]).toEqual([item, true]);
    for (const item of no) expect([item, matchesRule(rules, 'a', item)]).toEqual([item, false]);
  });

  it.each(['a = ', 'a', 'a = %', 'a = [1', 'a = 1 a = 2', 'a = 1..tstr', 'a = /x/'])(
    'refuses to parse %s',
    (cddl) => {
      expect(() => parseCddl(cddl)).toThrow();
    },
  );

  it('refuses to guess: unknown names, unknown controls, groups that stand for types', () => {
    for (const cddl of ['a = b', 'a = uint .bits 1', 'a = (1: uint)', 'a = {uint}']) {
      expect(() => matchesRule(parseCddl(cddl), 'a', cddl === 'a = {uint}' ? map() : 1)).toThrow();
    }
  });
});
