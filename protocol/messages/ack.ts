/** `ack`: which numbers are durable, and what the collector lacks to go on. */
import { encodeCbor } from '../cbor/encode.ts';
import { fromHex } from '../cbor/fields.ts';
import type { CborValue } from '../cbor/values.ts';
import { PROTOCOL_VERSION, TIME_RANGE } from '../limits.ts';
import type { Result } from '../result.ts';
import { openMessage } from './open.ts';
import { MAX_RANGES, type NumberRange, readRanges, writeRanges } from './ranges.ts';

/** Retained kinds that a collector may ask a device to publish again. */
export const NEEDABLE_KINDS = ['state', 'schema', 'health', 'reported'] as const;
export type NeedableKind = (typeof NEEDABLE_KINDS)[number];

export interface Ack {
  readonly epoch: string;
  /** Numbers that are durable in the collector: stored, or set aside as unreadable. */
  readonly ranges: readonly NumberRange[];
  /** Ids of dictionaries (16 hexadecimal digits) that batches named and the collector lacks. */
  readonly needSchemas: readonly string[];
  readonly needKinds: readonly NeedableKind[];
  /** The collector's UTC milliseconds: for a device that has no other source of time. */
  readonly now: number;
}

const KEY = { version: 0, epoch: 1, ranges: 2, need: 3, now: 4 } as const;
const MAX_NEEDS = 64;
const MAX_KIND_BYTES = 32;

/** What is over the limits is left out: ranges and needs come again with the next ack. */
export function encodeAck(ack: Ack): Uint8Array {
  const schemas = ack.needSchemas.slice(0, MAX_NEEDS - ack.needKinds.length);
  const need: CborValue[] = [...schemas.map((id) => fromHex(id)), ...ack.needKinds];
  const entries: [number, CborValue][] = [
    [KEY.version, PROTOCOL_VERSION],
    [KEY.epoch, fromHex(ack.epoch)],
    [KEY.ranges, writeRanges(ack.ranges.slice(0, MAX_RANGES))],
    [KEY.now, ack.now],
  ];
  if (need.length > 0) entries.push([KEY.need, need]);
  return encodeCbor(new Map(entries));
}

export function decodeAck(bytes: Uint8Array): Result<Ack> {
  const opened = openMessage(bytes, 'ack');
  if (!opened.ok) return opened;
  const fields = opened.value;
  const needs = fields.list(KEY.need, MAX_NEEDS);
  const needSchemas: string[] = [];
  const needKinds: NeedableKind[] = [];
  for (const need of needs) {
    if (need instanceof Uint8Array) needSchemas.push(fields.asId(need, KEY.need));
    else {
      const kind = fields.asText(need, KEY.need, MAX_KIND_BYTES);
      // A kind that a newer collector may ask for and this agent does not know is passed over.
      if (isNeedable(kind)) needKinds.push(kind);
    }
  }
  return fields.done({
    epoch: fields.id(KEY.epoch),
    ranges: readRanges(fields, KEY.ranges),
    needSchemas,
    needKinds,
    now: fields.int(KEY.now, TIME_RANGE),
  });
}

function isNeedable(kind: string): kind is NeedableKind {
  return (NEEDABLE_KINDS as readonly string[]).includes(kind);
}
