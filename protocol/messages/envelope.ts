/**
 * The header that every numbered message begins with (`m h event log trace report res`).
 *
 * It decodes alone: a collector that cannot read what follows still learns whose number it is.
 */
import { readEntries, readItem } from '../cbor/decode.ts';
import { Fields, fromHex } from '../cbor/fields.ts';
import { CborReader } from '../cbor/reader.ts';
import { type CborItem, CborMap, type CborValue } from '../cbor/values.ts';
import { PROTOCOL_VERSION, TIME_RANGE } from '../limits.ts';
import { accept, type Result, refuse } from '../result.ts';
import { leadingVersion, openMessage } from './open.ts';

/** How far `wall` can be trusted. */
export const CLOCK = {
  /** The device had no time yet; `wall` is what its clock showed. */
  unset: 0,
  synced: 1,
  /** Placed afterwards, in order, because that boot never learned the time. */
  estimated: 2,
} as const;

export type ClockTrust = (typeof CLOCK)[keyof typeof CLOCK];

export interface Header {
  /** 64 random bits, 16 hexadecimal digits. Numbers start at 1 in each epoch. */
  readonly epoch: string;
  readonly number: number;
  /**
   * The lowest number of this epoch that the device still held when this was encoded; `number`
   * itself when it held nothing else. Lower numbers are repeats or gone.
   */
  readonly low: number;
  /** First 64 bits of the kernel's boot id, 16 hexadecimal digits. */
  readonly boot: string;
  /** UTC in milliseconds since 1970 of the first row or record. */
  readonly wall: number;
  /** The same instant in milliseconds since that boot. */
  readonly mono: number;
  readonly clock: ClockTrust;
}

/** Map keys shared by all messages; what a message adds begins at 8. */
const HEADER_KEY = {
  version: 0,
  epoch: 1,
  number: 2,
  low: 3,
  boot: 4,
  wall: 5,
  mono: 6,
  clock: 7,
} as const;

const WHOLE = ['number', 'low', 'wall', 'mono', 'clock'] as const;

export interface Envelope {
  readonly header: Header;
  readonly fields: Fields;
}

/** Numbers that are not whole are the caller's mistake, told at once: no decoder would take them. */
export function encodeHeader(header: Header): [number, CborValue][] {
  for (const field of WHOLE) {
    if (Number.isSafeInteger(header[field])) continue;
    throw new RangeError(`${field} of a header must be a whole number, not ${header[field]}`);
  }
  return [
    [HEADER_KEY.version, PROTOCOL_VERSION],
    [HEADER_KEY.epoch, fromHex(header.epoch)],
    [HEADER_KEY.number, header.number],
    [HEADER_KEY.low, header.low],
    [HEADER_KEY.boot, fromHex(header.boot)],
    [HEADER_KEY.wall, header.wall],
    [HEADER_KEY.mono, header.mono],
    [HEADER_KEY.clock, header.clock],
  ];
}

export function decodeEnvelope(bytes: Uint8Array, name: string): Result<Envelope> {
  const fields = openMessage(bytes, name);
  if (!fields.ok) return fields;
  const header = fields.value.done(readHeader(fields.value));
  return header.ok ? accept({ header: header.value, fields: fields.value }) : header;
}

/**
 * The header of a payload that need not be whole: what follows it may be cut off or damaged, so
 * that a number can be answered though its message cannot be read.
 */
export function decodeHeader(bytes: Uint8Array, name: string): Result<Header> {
  const version = leadingVersion(bytes);
  if (version > PROTOCOL_VERSION) return refuse('unknown-version', `${name} version ${version}`);
  const reader = new CborReader(bytes);
  const values: CborItem[] = [];
  const keys = readEntries(reader, reader.mapHead(), () => {
    const value = readItem(reader, 1);
    if (reader.error === undefined) values.push(value);
  });
  const fields = new Fields(new CborMap(keys.slice(0, values.length), values), name);
  fields.int(HEADER_KEY.version, { min: 1, max: PROTOCOL_VERSION });
  return fields.done(readHeader(fields));
}

function readHeader(fields: Fields): Header {
  const number = fields.int(HEADER_KEY.number, { min: 1 });
  return {
    epoch: fields.id(HEADER_KEY.epoch),
    number,
    low: fields.int(HEADER_KEY.low, { min: 1, max: number }),
    boot: fields.id(HEADER_KEY.boot),
    wall: fields.int(HEADER_KEY.wall, TIME_RANGE),
    mono: fields.int(HEADER_KEY.mono, { min: 0 }),
    clock: fields.int(HEADER_KEY.clock, { min: 0, max: 2 }) as ClockTrust,
  };
}
