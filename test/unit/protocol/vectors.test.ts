/** The frozen vectors hold in both directions, and they cover every codec and scale. */
import { readFileSync } from 'node:fs';
import { describe, expect, it } from 'vitest';
import { CODEC } from '../../../protocol/columns/codecs.ts';
import { SCALES } from '../../../protocol/columns/scale.ts';
import { decodeBatch, decodeBody } from '../../../protocol/messages/batch.ts';
import type { SeriesDefinition } from '../../../protocol/messages/schema.ts';
import {
  bytesOf,
  decodeMeaning,
  encodeMeaning,
  hexOf,
  type InvalidVector,
  TARGETS,
  type Vector,
  value,
} from '../../../scripts/vectors/meanings.ts';

function read<T>(name: string): T[] {
  const file = new URL(`../../vectors/${name}.json`, import.meta.url);
  return JSON.parse(readFileSync(file, 'utf8')) as T[];
}

/** First byte of the only column of a vector whose rows are ten seconds apart. */
function columnHead({ hex }: Vector): number {
  const { body } = value(decodeBatch(bytesOf(hex)));
  const rows = body[0] as number;
  const times = rows === 1 ? 1 : 1 + 3 + (rows - 2);
  return body[3 + times] as number;
}

describe.each(TARGETS)('%s vectors', (target) => {
  const vectors = read<Vector>(target);

  it.each(vectors)('$name', (vector) => {
    expect(decodeMeaning(target, vector.hex, vector.dictionary ?? '')).toEqual(vector.meaning);
    if (vector.decodeOnly === undefined) {
      expect(hexOf(encodeMeaning(target, vector))).toBe(vector.hex);
    }
  });
});

describe('batch vectors', () => {
  const chosen = read<Vector>('batch').filter((vector) => vector.codec !== undefined);

  it.each(chosen)('$name: form of the column', (vector) => {
    const head = columnHead(vector);
    expect([head >> 4, head & 15]).toEqual([vector.codec, vector.scale ?? 0]);
  });

  it('cover every codec and every scale', () => {
    expect(new Set(chosen.map(({ codec }) => codec))).toEqual(new Set(Object.values(CODEC)));
    expect(new Set(chosen.map(({ scale }) => scale ?? 0)).size).toBe(SCALES.length);
  });
});

describe('invalid vectors', () => {
  it.each(read<InvalidVector>('invalid'))(
    '$target: $name',
    ({ target, hex, error, series = 0 }) => {
      const refused = () => {
        if (target !== 'body') return decodeMeaning(target, hex, 'a200010180');
        const unknown: SeriesDefinition = { name: 'm', labels: [], type: 'gauge', unit: '' };
        return value(
          decodeBody(bytesOf(hex), 0, new Array<SeriesDefinition>(series).fill(unknown)),
        );
      };
      expect(refused).toThrow(new RegExp(`^${error} at `));
    },
  );
});
