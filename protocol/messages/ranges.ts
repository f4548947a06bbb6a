/** Ranges of numbers on the wire: `[first, last, first, last, ...]`, ascending, both ends included. */
import type { Fields } from '../cbor/fields.ts';
import type { CborValue } from '../cbor/values.ts';

export interface NumberRange {
  readonly first: number;
  readonly last: number;
}

export const MAX_RANGES = 256;

export function writeRanges(ranges: readonly NumberRange[]): CborValue {
  return ranges.flatMap(({ first, last }) => [first, last]);
}

export function readRanges(fields: Fields, key: number): NumberRange[] {
  const flat = fields.list(key, MAX_RANGES * 2);
  const ranges: NumberRange[] = [];
  let floor = 1;
  for (let i = 0; i < flat.length; i += 2) {
    const first = fields.asInt(flat[i], key, { min: floor });
    const last = fields.asInt(flat[i + 1], key, { min: first });
    ranges.push({ first, last });
    floor = last + 1;
  }
  return ranges;
}
