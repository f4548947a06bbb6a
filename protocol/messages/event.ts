/**
 * `event`: things that happened, and the gaps that the device knows of. Numbered and acknowledged
 * like samples, because a gap that nobody hears of is data lost unseen.
 */
import { encodeCbor } from '../cbor/encode.ts';
import { type Fields, fromHex } from '../cbor/fields.ts';
import type { CborValue } from '../cbor/values.ts';
import { LIMITS, TIME_RANGE } from '../limits.ts';
import type { Result } from '../result.ts';
import { decodeEnvelope, encodeHeader, type Header } from './envelope.ts';
import { type NumberRange, readRanges, writeRanges } from './ranges.ts';

/** Why samples are missing. Declared once; `thinned` lowers resolution and loses no interval. */
export const GAP_CAUSES = {
  killed: 'the agent stopped without writing its last batch',
  power: 'the machine stopped within the loss window of the buffer',
  full: 'the buffer was at its cap and dropped its oldest records',
  thinned: 'the buffer was at its cap and kept every n-th sample only',
  damaged: 'records in the buffer failed their checksum or could not be read',
  refused: 'the collector left the batch unacknowledged while later ones passed',
  undecodable: 'the collector could not decode the batch and set it aside',
  unreported: 'numbers passed below the lowest one held and were never seen',
} as const;

export type GapCause = keyof typeof GAP_CAUSES;

export interface Gap {
  /** UTC milliseconds, both ends included. */
  readonly from: number;
  readonly to: number;
  readonly cause: GapCause;
  /** Numbers of this message's epoch, or of `epoch` when given, that will never come. */
  readonly numbers: readonly NumberRange[];
  readonly epoch?: string;
  /** Samples known to be lost; absent when nobody can know. */
  readonly samples?: number;
}

export interface DeviceEvent {
  /** UTC milliseconds. */
  readonly wall: number;
  /** `<subject>.<what>`, for example `link.flapping`. */
  readonly name: string;
  readonly severity: 'info' | 'warning' | 'error';
  readonly text: string;
  readonly attributes: ReadonlyMap<string, string>;
}

export interface EventMessage {
  readonly header: Header;
  readonly events: readonly DeviceEvent[];
  readonly gaps: readonly Gap[];
}

const KEY = { events: 8, gaps: 9 } as const;
const EVENT = { wall: 0, name: 1, severity: 2, text: 3, attributes: 4 } as const;
const GAP = { from: 0, to: 1, cause: 2, numbers: 3, samples: 4, epoch: 5 } as const;
const SEVERITIES = ['info', 'warning', 'error'] as const;
const MAX_ENTRIES = 1_024;

export function encodeEvent(message: EventMessage): Uint8Array {
  return encodeCbor(
    new Map<number, CborValue>([
      ...encodeHeader(message.header),
      [KEY.events, message.events.map(writeEvent)],
      [KEY.gaps, message.gaps.map(writeGap)],
    ]),
  );
}

export function decodeEvent(payload: Uint8Array): Result<EventMessage> {
  const envelope = decodeEnvelope(payload, 'event');
  if (!envelope.ok) return envelope;
  const { header, fields } = envelope.value;
  return fields.done({
    header,
    events: fields
      .list(KEY.events, MAX_ENTRIES)
      .map((item, i) => fields.nested(readEvent, item, `8[${i}]`)),
    gaps: fields
      .list(KEY.gaps, MAX_ENTRIES)
      .map((item, i) => fields.nested(readGap, item, `9[${i}]`)),
  });
}

function writeEvent(event: DeviceEvent): CborValue {
  return new Map<number, CborValue>([
    [EVENT.wall, event.wall],
    [EVENT.name, event.name],
    [EVENT.severity, SEVERITIES.indexOf(event.severity)],
    [EVENT.text, event.text],
    [EVENT.attributes, event.attributes],
  ]);
}

function readEvent(fields: Fields): DeviceEvent {
  return {
    wall: fields.int(EVENT.wall, TIME_RANGE),
    name: fields.text(EVENT.name, 128),
    severity: SEVERITIES[fields.int(EVENT.severity, { min: 0, max: 2 })] ?? 'info',
    text: fields.text(EVENT.text, LIMITS.textBytes),
    attributes: fields.texts(EVENT.attributes, 64, LIMITS.textBytes),
  };
}

function writeGap(gap: Gap): CborValue {
  const entries: [number, CborValue][] = [
    [GAP.from, gap.from],
    [GAP.to, gap.to],
    [GAP.cause, gap.cause],
    [GAP.numbers, writeRanges(gap.numbers)],
  ];
  if (gap.samples !== undefined) entries.push([GAP.samples, gap.samples]);
  if (gap.epoch !== undefined) entries.push([GAP.epoch, fromHex(gap.epoch)]);
  return new Map(entries);
}

function readGap(fields: Fields): Gap {
  const samples = fields.optionalInt(GAP.samples, { min: 0 });
  const from = fields.int(GAP.from, TIME_RANGE);
  return {
    from,
    to: fields.int(GAP.to, { min: from, max: TIME_RANGE.max }),
    cause: readCause(fields),
    numbers: readRanges(fields, GAP.numbers),
    ...(samples === undefined ? {} : { samples }),
    ...(fields.has(GAP.epoch) ? { epoch: fields.id(GAP.epoch) } : {}),
  };
}

function readCause(fields: Fields): GapCause {
  const cause = fields.text(GAP.cause, 32);
  // A cause that a newer agent names is still a gap: losing the account would be worse.
  return Object.hasOwn(GAP_CAUSES, cause) ? (cause as GapCause) : 'unreported';
}
