/** Feature flags as `desired` and `reported` carry them: a map from a name to a value of its type. */
import type { Fields } from '../cbor/fields.ts';
import { finite } from '../cbor/tree.ts';
import { CborFloat, type CborItem, type CborValue } from '../cbor/values.ts';
import type { FlagValue } from './tree.ts';

export const FLAG_LIMITS = { count: 512, nameBytes: 128, textBytes: 1_024 } as const;

/** Throws a RangeError when a value is a number that JSON does not know. */
export function writeFlags(flags: ReadonlyMap<string, FlagValue>): CborValue {
  for (const [name, value] of flags) {
    if (typeof value === 'number' && !Number.isFinite(value)) {
      throw new RangeError(`flag ${name} is not finite`);
    }
  }
  return flags;
}

export function readFlags(fields: Fields, key: number): ReadonlyMap<string, FlagValue> {
  const { count, nameBytes } = FLAG_LIMITS;
  return fields.mapped(key, count, nameBytes, (item) => readFlag(fields, item, key));
}

function readFlag(fields: Fields, item: CborItem | undefined, key: number): FlagValue {
  if (typeof item === 'boolean' || typeof item === 'number') return item;
  if (item instanceof CborFloat) return finite(fields, item, `flags.${key}`);
  return fields.asText(item, key, FLAG_LIMITS.textBytes);
}
