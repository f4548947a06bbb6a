/** The quick way reads what our encoder writes, and never otherwise than the rules do. */
import fc from 'fast-check';
import { describe, expect, it } from 'vitest';
import { IdTexts } from '../../../protocol/cbor/id-texts.ts';
import { type Batch, decodeBatch, encodeBatch } from '../../../protocol/messages/batch.ts';
import { quickBatch, readBatch } from '../../../protocol/messages/batch-quick.ts';
import { CLOCK } from '../../../protocol/messages/envelope.ts';

const id = fc
  .uint8Array({ minLength: 8, maxLength: 8 })
  .map((bytes) => Buffer.from(bytes).toString('hex'));
/** As many short numbers as long ones, ends of the forms among them. */
const whole = (max: number) =>
  fc.oneof(
    fc.integer({ min: 0, max: Math.min(max, 300) }),
    fc.constantFrom(
      ...[0, 23, 24, 255, 256, 65_535, 65_536, 2 ** 32 - 1, 2 ** 32].filter((n) => n <= max),
    ),
    fc.integer({ min: 0, max }),
  );
const batch: fc.Arbitrary<Batch> = fc
  .record({
    numbers: fc
      .tuple(whole(2 ** 40), whole(2 ** 40))
      .map(([a, b]) => [Math.min(a, b) + 1, Math.max(a, b) + 1] as const),
    ids: fc.tuple(id, id, id),
    wall: whole(8.64e15),
    mono: whole(Number.MAX_SAFE_INTEGER),
    clock: fc.constantFrom(...Object.values(CLOCK)),
    body: fc.uint8Array({ maxLength: 40 }),
  })
  .map(({ numbers: [low, number], ids: [epoch, boot, schema], wall, mono, clock, body }) => ({
    header: { epoch, number, low, boot, wall, mono, clock },
    schema,
    body,
  }));

const usual: Batch = {
  header: {
    epoch: '0102030405060708',
    number: 7,
    low: 7,
    boot: 'aabbccddeeff0011',
    wall: 1,
    mono: 1,
    clock: 1,
  },
  schema: '1122334455667788',
  body: new Uint8Array(3),
};

describe('a batch the quick way', () => {
  it('is what was encoded, whatever its numbers and lengths', () => {
    fc.assert(
      fc.property(batch, (one) => {
        const bytes = encodeBatch(one);
        expect(quickBatch(bytes)).toEqual(one);
        expect(decodeBatch(bytes)).toEqual({ ok: true, value: one });
      }),
    );
  });

  it.each([0, 23, 24, 255, 256, 65_535, 65_536, 1_000_000])(
    'holds a body of %i bytes',
    (length) => {
      const bytes = encodeBatch({ ...usual, body: new Uint8Array(length).fill(7) });
      const { body, ...rest } = quickBatch(bytes) as Batch;
      expect(rest).toEqual({ header: usual.header, schema: usual.schema });
      expect(Buffer.compare(body, Buffer.alloc(length, 7))).toBe(0);
    },
  );

  it('is what the rules make of it when bytes of it are changed, or it is unknown', () => {
    let unknown = 0;
    let known = 0;
    const change = fc.tuple(fc.nat(), fc.integer({ min: 0, max: 255 }));
    const cut = fc.option(fc.nat(), { nil: undefined });
    fc.assert(
      fc.property(batch, fc.array(change, { maxLength: 3 }), cut, (one, changes, length) => {
        const whole = encodeBatch(one);
        // Of most of them only what lies before the body counts.
        for (const [at, byte] of changes) whole[at % Math.min(whole.length, 70)] = byte;
        const bytes = length === undefined ? whole : whole.subarray(0, length % (whole.length + 1));
        const quick = quickBatch(bytes);
        if (quick === undefined) unknown++;
        else known++;
        const slow = decodeBatch(bytes);
        if (quick !== undefined) expect(slow).toEqual({ ok: true, value: quick });
        expect(readBatch(bytes)).toEqual(slow);
      }),
      { numRuns: 2_000 },
    );
    expect(unknown).toBeGreaterThan(100);
    expect(known).toBeGreaterThan(100);
  });

  it('is not known in a longer form than it needs, with a number before 1970, or with more behind it', () => {
    const bytes = [...encodeBatch(usual)];
    const longVersion = Uint8Array.from([...bytes.slice(0, 2), 0x18, ...bytes.slice(2)]);
    const before1970 = encodeBatch({ ...usual, header: { ...usual.header, wall: -5 } });
    const trailing = Uint8Array.of(...bytes, 0);
    for (const other of [longVersion, before1970, trailing])
      expect(quickBatch(other)).toBeUndefined();
    expect(readBatch(before1970).ok).toBe(true);
    expect(readBatch(trailing).ok).toBe(false);
  });
});

describe('texts of ids', () => {
  it('are the same hexadecimal digits however many push each other out', () => {
    const texts = new IdTexts();
    const ids = Array.from({ length: 5_000 }, (_, n) =>
      Buffer.from(n.toString(16).padStart(16, '0'), 'hex'),
    );
    for (let round = 0; round < 4; round++)
      for (const bytes of ids) expect(texts.of(bytes, 0)).toBe(bytes.toString('hex'));
    expect(texts.of(Buffer.alloc(9), 1)).toBe('0'.repeat(16));
  });
});
