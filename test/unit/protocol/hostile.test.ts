/** Whatever the bytes: decoders answer, never throw, and what they accept is in the CDDL. */
import { readFileSync } from 'node:fs';
import { Decoder } from 'cbor-x';
import fc from 'fast-check';
import { describe, expect, it } from 'vitest';
import { decodeCbor } from '../../../protocol/cbor/decode.ts';
import { encodeCbor } from '../../../protocol/cbor/encode.ts';
import { type CborItem, CborMap, type CborValue } from '../../../protocol/cbor/values.ts';
import { randomCbor } from '../../../scripts/fuzz/generate.ts';
import { mutate } from '../../../scripts/fuzz/mutate.ts';
import { Random } from '../../../scripts/fuzz/random.ts';
import { seeds } from '../../../scripts/fuzz/seeds.ts';
import { decoders, FOREIGN, TARGETS } from '../../../scripts/fuzz/targets.ts';
import { matchesRule } from '../../support/cddl/match.ts';
import { parseCddl } from '../../support/cddl/parse.ts';

const cddl = new URL('../../../protocol/muster.cddl', import.meta.url);
const rules = parseCddl(readFileSync(cddl, 'utf8'));
const other = new Decoder({ useRecords: false, mapsAsObjects: false });

/** What others defined has tests of its own. */
const MESSAGES = TARGETS.filter((target) => !FOREIGN.includes(target));

/** Every decoder on the same bytes; what a message's decoder accepts must be what the CDDL says. */
function answer(bytes: Uint8Array): void {
  for (const target of MESSAGES) {
    const result = decoders[target](bytes);
    if (!result.ok || target === 'body' || target === 'guard') continue;
    const item: unknown = other.decode(bytes);
    if (!matchesRule(rules, target, item)) {
      throw new Error(`${target} accepts ${Buffer.from(bytes).toString('hex')}`);
    }
  }
}

const all = seeds().filter(({ target }) => !FOREIGN.includes(target));

describe('hostile bytes', () => {
  it('of any kind', () => {
    fc.assert(fc.property(fc.uint8Array({ maxLength: 200 }), answer), { numRuns: 200 });
  });

  it('mutated from vectors', () => {
    fc.assert(
      fc.property(fc.nat(all.length - 1), fc.nat(), (which, seed) => {
        answer(mutate(all[which]?.bytes ?? new Uint8Array(), all, new Random(seed)));
      }),
      { numRuns: 300 },
    );
  });

  it('made as CBOR, the forbidden parts too', () => {
    fc.assert(
      fc.property(fc.nat(), (seed) => {
        answer(randomCbor(new Random(seed)));
      }),
      { numRuns: 300 },
    );
  });

  it('cut off at every byte', () => {
    for (const { target, bytes } of all) {
      for (let end = 0; end < bytes.length; end++) {
        const result = decoders[target](bytes.subarray(0, end));
        if (target !== 'body') expect(result.ok).toBe(false);
      }
    }
  });
});

const scalar = fc.oneof(
  fc.maxSafeInteger(),
  fc.double({ noNaN: true }).filter((n) => !Number.isSafeInteger(n) || Object.is(n, -0)),
  fc.string({ unit: 'grapheme', maxLength: 40 }),
  fc.boolean(),
  fc.constant(null),
  fc.uint8Array({ maxLength: 30 }),
);
const { value } = fc.letrec<{ value: CborValue }>((tie) => ({
  value: fc.oneof(
    { depthSize: 'small', maxDepth: 6 },
    scalar,
    fc.array(tie('value'), { maxLength: 30 }),
    fc
      .array(fc.tuple(fc.oneof(fc.maxSafeInteger().map(Math.abs), fc.string()), tie('value')), {
        maxLength: 24,
      })
      .map((entries) => new Map(entries)),
  ),
}));

/** Our decoded form as cbor-x gives it. */
function plain(item: CborItem): unknown {
  if (item instanceof CborMap)
    return new Map(
      item.keys.map((key, i) => [key, plain(item.get(key) ?? item.values[i] ?? null)]),
    );
  if (Array.isArray(item)) return (item as CborItem[]).map(plain);
  if (item instanceof Uint8Array) return [...item];
  return typeof item === 'object' && item !== null && 'value' in item ? item.value : item;
}

function theirs(item: unknown): unknown {
  if (item instanceof Map) return new Map([...item].map(([k, v]) => [theirs(k), theirs(v)]));
  if (Array.isArray(item)) return item.map(theirs);
  if (item instanceof Uint8Array) return [...item];
  return typeof item === 'bigint' ? Number(item) : item;
}

describe('CBOR', () => {
  it('is written and read as another library does', () => {
    fc.assert(
      fc.property(value, (original) => {
        const bytes = encodeCbor(original);
        const read = decodeCbor(bytes);
        if (!read.ok) throw new Error(read.error.code);
        expect(plain(read.value)).toEqual(theirs(other.decode(bytes)));
      }),
      { numRuns: 100 },
    );
  });
});
