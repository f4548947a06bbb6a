/** What our messages are made of, before a message type gives it meaning. */

/** What can be written. Integers within 2^53 are written as integers, other numbers as doubles. */
export type CborValue =
  | number
  | string
  | boolean
  | null
  | Uint8Array
  | readonly CborValue[]
  | ReadonlyMap<number | string, CborValue>;

/** What is read. Byte strings are views into the payload. */
export type CborItem =
  | number
  | string
  | boolean
  | null
  | Uint8Array
  | readonly CborItem[]
  | CborMap
  | CborFloat;

/** A key of a map: an unsigned integer or a text. */
export type CborKey = number | string;

/** A number that was written as a float: never an integer to us, whatever its value. */
export class CborFloat {
  readonly value: number;

  constructor(value: number) {
    this.value = value;
  }
}

/**
 * A decoded map: keys and values side by side, in the order of the wire.
 *
 * A JavaScript `Map` takes 184 bytes when empty and doubles as it grows; our maps hold a dozen
 * entries and are asked once for each. A key named `__proto__` is only a key.
 */
export class CborMap {
  readonly keys: readonly CborKey[];
  readonly values: readonly CborItem[];

  constructor(keys: readonly CborKey[], values: readonly CborItem[]) {
    this.keys = keys;
    this.values = values;
  }

  has(key: CborKey): boolean {
    return this.keys.includes(key);
  }

  get(key: CborKey): CborItem | undefined {
    const index = this.keys.indexOf(key);
    return index < 0 ? undefined : this.values[index];
  }
}
