/**
 * Written series as the payload of one journal entry: each text once, then for every series its
 * labels as numbers of texts, its instants (or "as the series before") and its values as a column.
 */
import { ByteReader } from '../../../protocol/bytes/reader.ts';
import { ByteWriter } from '../../../protocol/bytes/writer.ts';
import { encodeColumn } from '../../../protocol/columns/encode.ts';
import { LabelSet } from '../../core/label-set.ts';
import { readColumn } from '../../core/store/column.ts';
import { decodeTimes, encodeTimes } from '../../core/store/times.ts';
import type { WrittenSeries } from '../../ports/samples.ts';

const VERSION = 1;
const SAME_TIMES = 0;

/** Series without samples are left out. */
export function encodeWritten(given: readonly WrittenSeries[]): Uint8Array {
  const series = given.filter(({ times }) => times.length > 0);
  const texts = textsOf(series);
  const out = new ByteWriter();
  out.varint(VERSION);
  out.varint(texts.size);
  for (const text of texts.keys()) writeText(out, text);
  out.varint(series.length);
  let before: Float64Array | undefined;
  for (const { labels, times, values } of series) {
    out.varint(labels.size);
    for (const part of labels.pairs) out.varint(texts.get(part) as number);
    if (before !== undefined && sameTimes(before, times)) out.varint(SAME_TIMES);
    else {
      checkAscending(labels, times);
      out.varint(times.length);
      encodeTimes(out, times, 0, times.length, 0);
    }
    before = times;
    encodeColumn(out, values, values.length, undefined, undefined);
  }
  return out.take();
}

/** `undefined` for bytes that no `encodeWritten` made. Series of the same instants share them. */
export function decodeWritten(bytes: Uint8Array): WrittenSeries[] | undefined {
  const input = new ByteReader(bytes);
  if (input.varint() !== VERSION) return undefined;
  const texts = readTexts(input);
  const count = input.varint();
  if (texts === undefined || count > input.remaining) return undefined;
  const series: WrittenSeries[] = [];
  let times: Float64Array | undefined;
  for (let i = 0; i < count; i++) {
    const labels = readLabels(input, texts);
    times = readTimes(input, times);
    if (labels === undefined || times === undefined) return undefined;
    const values = new Float64Array(times.length);
    if (!readColumn(input, input.byte(), values, 0, values.length)) return undefined;
    series.push({ labels, times, values });
  }
  return input.broken ? undefined : series;
}

/** What could not be read back must not be written: the caller's mistake, told at once. */
function checkAscending(labels: LabelSet, times: Float64Array): void {
  for (let i = 1; i < times.length; i++) {
    if ((times[i] as number) > (times[i - 1] as number)) continue;
    const series = JSON.stringify(labels.toObject());
    throw new RangeError(`instants of ${series} do not ascend: ${times[i - 1]}, ${times[i]}`);
  }
}

export function sameTimes(a: Float64Array, b: Float64Array): boolean {
  if (a === b) return true;
  if (a.length !== b.length) return false;
  for (let i = 0; i < a.length; i++) if (a[i] !== b[i]) return false;
  return true;
}

function textsOf(series: readonly WrittenSeries[]): Map<string, number> {
  const texts = new Map<string, number>();
  for (const { labels } of series) {
    for (const part of labels.pairs) if (!texts.has(part)) texts.set(part, texts.size);
  }
  return texts;
}

function writeText(out: ByteWriter, text: string): void {
  const bytes = Buffer.from(text);
  out.varint(bytes.length);
  out.raw(bytes);
}

function readTexts(input: ByteReader): string[] | undefined {
  const count = input.varint();
  if (count > input.remaining) return undefined;
  const texts: string[] = [];
  for (let i = 0; i < count; i++) {
    const length = input.varint();
    const at = input.pos;
    if (!input.skip(length)) return undefined;
    texts.push(Buffer.from(input.bytes.subarray(at, at + length)).toString());
  }
  return texts;
}

function readLabels(input: ByteReader, texts: readonly string[]): LabelSet | undefined {
  const count = input.varint() * 2;
  if (count > input.remaining) return undefined;
  const pairs: string[] = [];
  for (let i = 0; i < count; i++) {
    const text = texts[input.varint()];
    if (text === undefined) return undefined;
    pairs.push(text);
  }
  return LabelSet.fromSorted(pairs);
}

/** A regular beat takes a few bytes whatever its length, so the length is bounded by itself. */
const MAX_TIMES = 1_000_000;

function readTimes(input: ByteReader, before: Float64Array | undefined): Float64Array | undefined {
  const count = input.varint();
  if (count === SAME_TIMES) return before;
  return count > MAX_TIMES ? undefined : decodeTimes(input, count, 0);
}
