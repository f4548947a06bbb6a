/**
 * The series dictionary (`schema`): alias -> name, labels, type, unit, and a reference value.
 *
 * An alias is a series' position in the dictionary, counted through all families. Batches name
 * the dictionary by the first 64 bits of SHA-256 over these very bytes.
 */
import { createHash } from 'node:crypto';
import { finish, readEntries, readItem } from '../cbor/decode.ts';
import { encodeCbor } from '../cbor/encode.ts';
import { CborReader } from '../cbor/reader.ts';
import type { CborValue } from '../cbor/values.ts';
import type { Reference } from '../columns/codecs.ts';
import { MAX_MANTISSA, SCALES } from '../columns/scale.ts';
import { LIMITS, PROTOCOL_VERSION } from '../limits.ts';
import { type Result, refuse } from '../result.ts';
import { leadingVersion } from './open.ts';

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

const KEY = { version: 0, families: 1 } as const;
const MAX_UNIT_BYTES = 64;
/** Containers around an item that stands behind those of a family or a series. */
const ENTRY_DEPTH = 4;
/**
 * A short series (`n="7"`) is twelve bytes on the wire and three hundred as objects. Declared series
 * are bounded before they are read, like the cells of a batch, and may take this much each.
 */
export const SERIES_ALLOWANCE = 320;
/** Sizes in V8's heap: a series with its place in the list, its reference, one of its labels. */
const SERIES_COST = 160;
const REFERENCE_COST = 64;
const LABEL_COST = 72;
type Labels = SeriesDefinition['labels'];
const NO_LABELS: Labels = [];

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
  return encodeCbor(
    new Map<number, CborValue>([
      [KEY.version, PROTOCOL_VERSION],
      [KEY.families, families],
    ]),
  );
}

function encodeMember({ labels, reference }: SeriesDefinition): CborValue {
  const flat = labels.flat();
  return reference === undefined ? [flat] : [flat, reference.mantissa, reference.scale];
}

/**
 * Reads the series straight from the bytes: a tree of arrays between them would take more memory
 * than the dictionary itself.
 */
export function decodeSchema(bytes: Uint8Array): Result<Dictionary> {
  const version = leadingVersion(bytes);
  if (version > PROTOCOL_VERSION) return refuse('unknown-version', `schema version ${version}`);
  const reader = new CborReader(bytes);
  reader.rememberTexts();
  const series: SeriesDefinition[] = [];
  const keys = readEntries(reader, reader.mapHead(), (key) => {
    if (key === KEY.version) reader.integer(1, PROTOCOL_VERSION);
    else if (key === KEY.families) readFamilies(reader, series);
    else readItem(reader, 1);
  });
  if (reader.error === undefined && reader.remaining > 0) reader.fail('trailing-bytes');
  if (!keys.includes(KEY.version) || !keys.includes(KEY.families)) reader.fail('missing-field');
  return finish(reader, { id: reader.error === undefined ? dictionaryId(bytes) : '', series });
}

function readFamilies(reader: CborReader, series: SeriesDefinition[]): void {
  const families = reader.arrayHead();
  for (let i = 0; i < families && reader.error === undefined; i++) readFamily(reader, series);
}

function readFamily(reader: CborReader, series: SeriesDefinition[]): void {
  const items = reader.arrayHead();
  if (items < 4) return reader.fail('missing-field');
  const name = reader.text(LIMITS.textBytes);
  if (!METRIC_NAME.test(name)) reader.fail('out-of-range');
  const type = METRIC_TYPES[reader.integer(0, METRIC_TYPES.length - 1)] ?? 'untyped';
  const unit = reader.text(MAX_UNIT_BYTES);
  const members = reader.arrayHead();
  if (series.length + members > LIMITS.series) return reader.fail('out-of-range');
  reader.allow(members * SERIES_ALLOWANCE);
  let labels = NO_LABELS;
  for (let i = 0; i < members && reader.error === undefined; i++) {
    const count = reader.arrayHead();
    if (count < 1 || !reader.spend(SERIES_COST)) return reader.fail('missing-field');
    labels = readLabels(reader, labels);
    if (count === 2) reader.fail('missing-field');
    if (count === 1) series.push({ name, labels, type, unit });
    else series.push({ name, labels, type, unit, reference: readReference(reader) });
    skip(reader, count - 3);
  }
  skip(reader, items - 4);
}

function readReference(reader: CborReader): Reference {
  reader.spend(REFERENCE_COST);
  const mantissa = reader.integer(-MAX_MANTISSA, MAX_MANTISSA);
  return { mantissa, scale: reader.integer(0, SCALES.length - 1) };
}

/** Labels that the series before has at the same place, `cpu="0"` for each mode, are shared. */
function readLabels(reader: CborReader, before: Labels): Labels {
  const items = reader.arrayHead();
  if (items % 2 !== 0 || items > LIMITS.labels * 2) reader.fail('out-of-range');
  if (items === 0 || reader.error !== undefined) return NO_LABELS;
  const labels = new Array<readonly [string, string]>(items / 2);
  let previous = '';
  for (let i = 0; i < labels.length && reader.error === undefined; i++) {
    const name = reader.text(LIMITS.textBytes);
    if (name <= previous || !LABEL_NAME.test(name)) reader.fail('out-of-range');
    const value = reader.text(LIMITS.textBytes);
    const same = before[i];
    if (same !== undefined && same[0] === name && same[1] === value) labels[i] = same;
    else if (reader.spend(LABEL_COST)) labels[i] = [name, value];
    previous = name;
  }
  return labels;
}

/** Passes over what a newer writer adds behind the items that we know. */
function skip(reader: CborReader, items: number): void {
  for (let i = 0; i < items && reader.error === undefined; i++) readItem(reader, ENTRY_DEPTH);
}
