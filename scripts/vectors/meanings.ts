/** Vectors: bytes in hexadecimal beside their meaning in JSON, and the way between the two. */
import { type Ack, decodeAck, encodeAck } from '../../protocol/messages/ack.ts';
import { decodeBatch, decodeBody, encodeBatch, encodeBody } from '../../protocol/messages/batch.ts';
import type { Header } from '../../protocol/messages/envelope.ts';
import { decodeEvent, type EventMessage, encodeEvent } from '../../protocol/messages/event.ts';
import {
  decodeSchema,
  dictionaryId,
  encodeSchema,
  type SeriesDefinition,
} from '../../protocol/messages/schema.ts';
import { type DeviceState, decodeState, encodeState } from '../../protocol/messages/state.ts';
import type { Result } from '../../protocol/result.ts';
import { CARETAKING, type CaretakingKind } from './caretaking.ts';
import { type BlockMeaning, fromBlock, toBlock } from './cells.ts';

export const TARGETS = [
  'schema',
  'batch',
  'state',
  'event',
  'ack',
  ...(Object.keys(CARETAKING) as CaretakingKind[]),
] as const;
export type Target = 'schema' | 'batch' | 'state' | 'event' | 'ack' | CaretakingKind;

export interface Vector<Meaning = unknown> {
  readonly name: string;
  /** Bytes that are read with this meaning, but that our encoder would write otherwise. */
  readonly decodeOnly?: true;
  /** For batches: the dictionary's payload. */
  readonly dictionary?: string;
  /** For columns under test: what the encoder must choose for the first column. */
  readonly codec?: number;
  readonly scale?: number;
  readonly hex: string;
  readonly meaning: Meaning;
}

export interface BatchMeaning {
  readonly header: Header;
  readonly schema: string;
  readonly blocks: readonly BlockMeaning[];
}

export interface InvalidVector {
  readonly name: string;
  /** `body` is the byte string of a batch, with a dictionary of `series` and wall time 0. */
  readonly target: Target | 'body';
  readonly series?: number;
  readonly hex: string;
  readonly error: string;
}

export function bytesOf(hex: string): Uint8Array {
  return Buffer.from(hex, 'hex');
}

export function hexOf(bytes: Uint8Array): string {
  return Buffer.from(bytes).toString('hex');
}

function seriesOf(dictionary: string): readonly SeriesDefinition[] {
  return value(decodeSchema(bytesOf(dictionary))).series;
}

/** The value; what was refused throws. */
export function value<T>(result: Result<T>): T {
  if (result.ok) return result.value;
  throw new Error(`${result.error.code} at ${result.error.at}`);
}

/** JSON has no maps: ours are written as objects. */
export function jsonOf(meaning: unknown): unknown {
  const objects = (_: string, item: unknown): unknown =>
    item instanceof Map ? Object.fromEntries(item as Map<string, unknown>) : item;
  const json: unknown = JSON.parse(JSON.stringify(meaning, objects));
  return json;
}

function map(object: unknown): ReadonlyMap<string, string> {
  return new Map(Object.entries((object ?? {}) as Record<string, string>));
}

export function encodeMeaning(target: Target, vector: Vector): Uint8Array {
  switch (target) {
    case 'schema':
      return encodeSchema((vector.meaning as { series: SeriesDefinition[] }).series);
    case 'batch': {
      const { header, blocks } = vector.meaning as BatchMeaning;
      const dictionary = vector.dictionary ?? '';
      const body = encodeBody(blocks.map(toBlock), header.wall, seriesOf(dictionary));
      return encodeBatch({ header, schema: dictionaryId(bytesOf(dictionary)), body });
    }
    case 'state': {
      const state = vector.meaning as DeviceState;
      if (!state.online) return encodeState(state);
      return encodeState({ ...state, labels: map(state.labels), facts: map(state.facts) });
    }
    case 'event': {
      const message = vector.meaning as EventMessage;
      const events = message.events.map((one) => ({ ...one, attributes: map(one.attributes) }));
      return encodeEvent({ ...message, events });
    }
    case 'ack':
      return encodeAck(vector.meaning as Ack);
    default:
      return CARETAKING[target].encode(vector.meaning);
  }
}

const DECODE: Readonly<Record<Exclude<Target, 'batch'>, (bytes: Uint8Array) => Result<unknown>>> = {
  schema: decodeSchema,
  state: decodeState,
  event: decodeEvent,
  ack: decodeAck,
  health: CARETAKING.health.decode,
  reported: CARETAKING.reported.decode,
  report: CARETAKING.report.decode,
  res: CARETAKING.res.decode,
  cmd: CARETAKING.cmd.decode,
  desired: CARETAKING.desired.decode,
};

/** What the bytes mean, in the form of a vector's `meaning`. Throws on what is refused. */
export function decodeMeaning(target: Target, hex: string, dictionary: string): unknown {
  const bytes = bytesOf(hex);
  if (target === 'batch') {
    const { header, schema, body } = value(decodeBatch(bytes));
    const blocks = value(decodeBody(body, header.wall, seriesOf(dictionary)));
    return { header, schema, blocks: blocks.map(fromBlock) };
  }
  return jsonOf(value<unknown>(DECODE[target](bytes)));
}
