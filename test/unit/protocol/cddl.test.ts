/** The CDDL says what the codec does: all vectors hold, and what it forbids is refused. */
import { readFileSync } from 'node:fs';
import { Decoder } from 'cbor-x';
import { describe, expect, it } from 'vitest';
import { encodeCbor } from '../../../protocol/cbor/encode.ts';
import type { CborValue } from '../../../protocol/cbor/values.ts';
import { bytesOf, decodeMeaning, TARGETS, type Vector } from '../../../scripts/vectors/meanings.ts';
import { matchesRule } from '../../support/cddl/match.ts';
import { parseCddl } from '../../support/cddl/parse.ts';

const root = new URL('../../../', import.meta.url);
const rules = parseCddl(readFileSync(new URL('protocol/muster.cddl', root), 'utf8'));
/** Not our decoder: the CDDL is held against what others read. */
const cbor = new Decoder({ useRecords: false, mapsAsObjects: false });

function vectors(target: string): Vector[] {
  const file = new URL(`test/vectors/${target}.json`, root);
  return JSON.parse(readFileSync(file, 'utf8')) as Vector[];
}

function first(target: string, name: string): Map<number, CborValue> {
  const found = vectors(target).find((vector) => vector.name.startsWith(name));
  return cbor.decode(bytesOf(found?.hex ?? '')) as Map<number, CborValue>;
}

const id = new Uint8Array(8);

describe('muster.cddl', () => {
  it.each(TARGETS)('holds for every %s vector', (target) => {
    for (const { name, hex } of vectors(target)) {
      const item: unknown = cbor.decode(bytesOf(hex));
      expect([name, matchesRule(rules, target, item)]).toEqual([name, true]);
      expect([name, matchesRule(rules, 'message', item)]).toEqual([name, true]);
    }
  });

  const planted: [string, string, string, (map: Map<number, CborValue>) => void][] = [
    ['batch', 'two blocks', 'a missing field', (map) => map.delete(5)],
    ['batch', 'two blocks', 'a short id', (map) => map.set(8, id.subarray(1))],
    ['batch', 'two blocks', 'a clock out of range', (map) => map.set(7, 3)],
    ['batch', 'two blocks', 'number 0', (map) => map.set(2, 0)],
    ['batch', 'two blocks', 'a body that is a text', (map) => map.set(9, '')],
    ['batch', 'two blocks', 'another version', (map) => map.set(0, 2)],
    ['state', 'online, two', 'a heartbeat of 0', (map) => map.set(9, 0)],
    ['state', 'online, two', 'no epoch', (map) => map.set(4, [])],
    ['state', 'online, two', 'labels that are numbers', (map) => map.set(10, new Map([['a', 1]]))],
    ['state', 'offline', 'online without the rest', (map) => map.set(1, true)],
    ['event', 'two events', 'a long name', (map) => map.set(8, [occurrence('x'.repeat(129))])],
    [
      'event',
      'gaps',
      'a gap without a cause',
      (map) =>
        map.set(9, [
          new Map([
            [0, 1],
            [1, 2],
          ]),
        ]),
    ],
    ['ack', 'ranges', 'half a range', (map) => map.set(2, [1])],
    ['ack', 'ranges', 'a number as a need', (map) => map.set(3, [5])],
    ['ack', 'ranges', 'a time beyond the calendar', (map) => map.set(4, 8.64e15 + 2)],
    ['schema', 'no series', 'a wrong metric name', (map) => map.set(1, [['1a', 0, '', []]])],
    ['schema', 'no series', 'an unknown type', (map) => map.set(1, [['a', 3, '', []]])],
    ['schema', 'no series', 'an unknown scale', (map) => map.set(1, [['a', 0, '', [[[], 0, 13]]]])],
    ['schema', 'no series', 'no scale', (map) => map.set(1, [['a', 0, '', [[[], 0]]]])],
    ['schema', 'no series', 'half a label', (map) => map.set(1, [['a', 0, '', [[['b']]]]])],
    ['schema', 'no series', '__name__', (map) => map.set(1, [['a', 0, '', [[['__n', '']]]]])],
  ];

  it.each(planted)('%s (%s): refuses %s, as the decoder does', (target, name, _what, change) => {
    const map = first(target, name);
    change(map);
    const hex = Buffer.from(encodeCbor(plain(map))).toString('hex');
    expect(matchesRule(rules, target, map)).toBe(false);
    expect(() => decodeMeaning(target as 'ack', hex, 'a200010180')).toThrow();
  });

  it('lets a newer writer add keys and items', () => {
    const map = first('schema', 'no series');
    map.set(1, [['a', 0, '', [[[], 0, 12, 'more']], 'more']]).set(99, 'more');
    expect(matchesRule(rules, 'schema', map)).toBe(true);
  });
});

function occurrence(name: string): CborValue {
  return new Map<number, CborValue>([
    [0, 0],
    [1, name],
    [2, 0],
    [3, ''],
  ]);
}

/** cbor-x reads 64-bit integers as bigints, which our encoder does not know. */
function plain(item: unknown): CborValue {
  if (typeof item === 'bigint') return Number(item);
  if (Array.isArray(item)) return item.map(plain);
  if (item instanceof Map)
    return new Map([...item].map(([k, v]) => [plain(k) as number, plain(v)]));
  return item as CborValue;
}
