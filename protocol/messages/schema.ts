/**
 * The series dictionary (`schema`): alias -> name, labels, type, unit, and a reference value.
 *
 * An alias is a series' position in the dictionary, counted through all families. Batches name
 * the dictionary by the first 64 bits of SHA-256 over these very bytes.
 */
import { createHash } from 'node:crypto';
import { decodeCbor, encodeCbor, integer, type CborValue } from '../cbor/codec.ts';
import { Fields } from '../cbor/fields.ts';
import type { Reference } from '../columns/codecs.ts';
import { MAX_MANTISSA, SCALES } from '../columns/scale.ts';
import { LIMITS, PROTOCOL_VERSION } from '../limits.ts';
import type { Result } from '../result.ts';
import { checkVersion } from './envelope.ts';

export const METRIC_TYPES = ['untyped', 'counter', 'gauge'] as const;
export type MetricType = (typeof METRIC_TYPES)[number];

export interface SeriesDefinition {
  readonly name: string;
  /** Name, value pairs, sorted by name, without identity labels (the topic gives those). */
  readonly labels: readonly (readonly [string, string])[];
  readonly type: MetricType;
  /** OpenMetrics unit, empty when the metric has none. */
  readonly unit: string;
  /** A value that both sides know, from which columns write differences. */
  readonly reference?: Reference;
}

export interface Dictionary {
  /** 16 hexadecimal digits. */
  readonly id: string;
  readonly series: readonly SeriesDefinition[];
}

const METRIC_NAME = /^[a-zA-Z_:][a-zA-Z0-9_:]*$/;
const LABEL_NAME = /^(?!__)[a-zA-Z_][a-zA-Z0-9_]*$/;

/** The dictionary's name: the first 64 bits of SHA-256 of its bytes, in hexadecimal. */
export function dictionaryId(bytes: Uint8Array): string {
  return createHash('sha256').update(bytes).digest('hex').slice(0, 16);
}

/** Series of one family (name, type, unit) are written together, so they must stand together. */
export function encodeSchema(series: readonly SeriesDefinition[]): Uint8Array {
  const families: CborValue[] = [];
  let open: { readonly key: string; readonly members: CborValue[] } | undefined;
  for (const one of series) {
    const key = `${one.name}\n${one.type}\n${one.unit}`;
    if (open?.key !== key) {
      open = { key, members: [] };
      families.push([one.name, METRIC_TYPES.indexOf(one.type), one.unit, open.members]);
    }
    open.members.push(encodeMember(one));
  }
  return encodeCbor(new Map<number, CborValue>([[0, PROTOCOL_VERSION], [1, families]]));
}

function encodeMember({ labels, reference }: SeriesDefinition): CborValue {
  const flat = labels.flat();
  return reference === undefined ? [flat] : [flat, integer(reference.mantissa), reference.scale];
}

export function decodeSchema(bytes: Uint8Array): Result<Dictionary> {
  const decoded = decodeCbor(bytes);
  if (!decoded.ok) return decoded;
  const fields = new Fields(decoded.value, 'schema');
  checkVersion(fields);
  const series: SeriesDefinition[] = [];
  for (const family of fields.list(1, LIMITS.series)) readFamily(fields, family, series);
  if (series.length > LIMITS.series) fields.fail('out-of-range', 'schema.1');
  return fields.done({ id: dictionaryId(bytes), series });
}

function readFamily(fields: Fields, family: CborValue, series: SeriesDefinition[]): void {
  const at = `schema.1[${series.length}]`;
  if (!Array.isArray(family)) return fields.fail('wrong-type', at);
  const [nameItem, typeItem, unitItem, members] = family as readonly CborValue[];
  const name = fields.asText(nameItem, at, LIMITS.textBytes);
  if (!METRIC_NAME.test(name)) fields.fail('out-of-range', `${at} name`);
  const type = METRIC_TYPES[fields.asInt(typeItem, at, { min: 0, max: METRIC_TYPES.length - 1 })] ?? 'untyped';
  const unit = fields.asText(unitItem, at, 64);
  if (!Array.isArray(members)) return fields.fail('wrong-type', at);
  for (const member of members as readonly CborValue[]) {
    series.push({ name, type, unit, ...readMember(fields, member, at) });
  }
}

function readMember(fields: Fields, member: CborValue, at: string): Pick<SeriesDefinition, 'labels' | 'reference'> {
  if (!Array.isArray(member)) {
    fields.fail('wrong-type', at);
    return { labels: [] };
  }
  const [flat, mantissa, scale] = member as readonly CborValue[];
  const labels = readLabels(fields, flat, at);
  if (mantissa === undefined) return { labels };
  return {
    labels,
    reference: {
      mantissa: fields.asInt(mantissa, at, { min: -MAX_MANTISSA, max: MAX_MANTISSA }),
      scale: fields.asInt(scale, at, { min: 0, max: SCALES.length - 1 }),
    },
  };
}

function readLabels(fields: Fields, flat: CborValue | undefined, at: string): [string, string][] {
  const labels: [string, string][] = [];
  if (!Array.isArray(flat) || flat.length % 2 !== 0 || flat.length > LIMITS.labels * 2) {
    fields.fail('wrong-type', `${at} labels`);
    return labels;
  }
  for (let i = 0; i < flat.length; i += 2) {
    const name = fields.asText(flat[i], at, LIMITS.textBytes);
    if (!LABEL_NAME.test(name)) fields.fail('out-of-range', `${at} label name`);
    if (i > 0 && name <= (labels[i / 2 - 1] as [string, string])[0]) fields.fail('out-of-range', `${at} label order`);
    labels.push([name, fields.asText(flat[i + 1], at, LIMITS.textBytes)]);
  }
  return labels;
}
