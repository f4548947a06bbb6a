/**
 * `res/<id>`: what became of a command. Several may come for one id: `accepted`, any number of
 * `running` with output, and one that ends it.
 */
import { clipText, tailText } from '../bytes/clip.ts';
import { encodeCbor } from '../cbor/encode.ts';
import type { CborValue } from '../cbor/values.ts';
import type { Result } from '../result.ts';
import { decodeEnvelope, encodeHeader, type Header } from './envelope.ts';

export const RESULT_STATES = [
  'accepted',
  'running',
  'succeeded',
  'failed',
  'refused',
  'expired',
] as const;
export type ResultState = (typeof RESULT_STATES)[number];

export interface CommandResultBody {
  readonly state: ResultState;
  /** Position among the messages of this id, from 0. */
  readonly part: number;
  /** One line for people. */
  readonly text: string;
  /** A piece of output, at most 16 KiB; pieces follow each other by `part`. */
  readonly output: string;
  readonly attributes: ReadonlyMap<string, string>;
}

export interface CommandResult extends CommandResultBody {
  readonly header: Header;
}

export function isEnd(state: ResultState): boolean {
  return state !== 'accepted' && state !== 'running';
}

const KEY = { state: 8, part: 9, text: 10, output: 11, attributes: 12 } as const;

const MAX = {
  textBytes: 4_096,
  outputBytes: 16_384,
  attributes: 64,
  attributeBytes: 4_096,
} as const;

/** Who sends long output cuts it into pieces; of a piece that is too long the end stays. */
export function encodeCommandResult(result: CommandResult): Uint8Array {
  return encodeCbor(
    new Map<number, CborValue>([
      ...encodeHeader(result.header),
      [KEY.state, RESULT_STATES.indexOf(result.state)],
      [KEY.part, result.part],
      [KEY.text, clipText(result.text, MAX.textBytes)],
      [KEY.output, tailText(result.output, MAX.outputBytes)],
      [KEY.attributes, result.attributes],
    ]),
  );
}

export function decodeCommandResult(payload: Uint8Array): Result<CommandResult> {
  const envelope = decodeEnvelope(payload, 'res');
  if (!envelope.ok) return envelope;
  const { header, fields } = envelope.value;
  return fields.done({
    header,
    state: fields.oneOf(KEY.state, RESULT_STATES),
    part: fields.int(KEY.part, { min: 0 }),
    text: fields.text(KEY.text, MAX.textBytes),
    output: fields.text(KEY.output, MAX.outputBytes),
    attributes: fields.texts(KEY.attributes, MAX.attributes, MAX.attributeBytes),
  });
}
