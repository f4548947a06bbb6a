/**
 * Values of a closed window in their shortest form, speed aside: as a column, or its differences
 * deflated, or for doubles that are no decimals the changed bits, byte plane by byte plane, deflated.
 */
import { ByteWriter } from '../../../protocol/bytes/writer.ts';
import { CODEC } from '../../../protocol/columns/codecs.ts';
import { encodeColumn } from '../../../protocol/columns/encode.ts';
import { commonScale } from '../../../protocol/columns/scale.ts';
import { deflateBody, FORM } from './chunk.ts';
import { planes } from './planes.ts';

/** Shorter columns do not gain from deflate. */
const WORTH_DEFLATING = 24;

const out = new ByteWriter();
let mantissas = new Float64Array(1024);

export interface MergedBody {
  readonly form: number;
  readonly body: Uint8Array;
}

export function encodeMerged(values: Float64Array): MergedBody {
  const count = values.length;
  out.reset();
  encodeColumn(out, values, count, undefined, undefined);
  const column = out.take();
  if (column.length <= WORTH_DEFLATING) return { form: FORM.plain, body: column };
  const raw = (column[0] as number) >> 4 === CODEC.raw;
  const deflated = deflateBody(raw ? planes(values) : deltas(values, count));
  if (deflated === undefined || deflated.length >= column.length)
    return { form: FORM.plain, body: column };
  return { form: raw ? FORM.planes : FORM.deflated, body: deflated };
}

/** Varints repeat where packed bits do not, so deflate finds more in them. */
function deltas(values: Float64Array, count: number): Uint8Array {
  if (mantissas.length < count) mantissas = new Float64Array(count);
  const scale = commonScale(values, count, mantissas) as number;
  out.reset();
  out.byte((CODEC.delta << 4) | scale);
  let previous = 0;
  for (let i = 0; i < count; i++) {
    out.zigzag((mantissas[i] as number) - previous);
    previous = mantissas[i] as number;
  }
  return out.take();
}
