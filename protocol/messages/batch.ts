/**
 * Batches of samples (`m`, `h`): the header, the dictionary's id, and one byte string of blocks,
 * which decodes only together with the dictionary (`columns/`).
 */
import { encodeCbor } from '../cbor/encode.ts';
import { fromHex } from '../cbor/fields.ts';
import type { CborValue } from '../cbor/values.ts';
import type { Result } from '../result.ts';
import { decodeEnvelope, encodeHeader, type Header } from './envelope.ts';

export { type Block, type ColumnPresence, isPresent } from '../columns/block.ts';
export { decodeBody } from '../columns/body-decode.ts';
export { encodeBody } from '../columns/body-encode.ts';

const KEY = { schema: 8, body: 9 } as const;

export interface Batch {
  readonly header: Header;
  /** Id of the dictionary that the aliases refer to. */
  readonly schema: string;
  /** Undecoded blocks; a view into the payload. */
  readonly body: Uint8Array;
}

export function encodeBatch(batch: Batch): Uint8Array {
  return encodeCbor(
    new Map<number, CborValue>([
      ...encodeHeader(batch.header),
      [KEY.schema, fromHex(batch.schema)],
      [KEY.body, batch.body],
    ]),
  );
}

export function decodeBatch(payload: Uint8Array): Result<Batch> {
  const envelope = decodeEnvelope(payload, 'batch');
  if (!envelope.ok) return envelope;
  const { header, fields } = envelope.value;
  return fields.done({ header, schema: fields.id(KEY.schema), body: fields.bytes(KEY.body) });
}
