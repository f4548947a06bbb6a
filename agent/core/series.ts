/**
 * Which series exist, and the dictionary in which batches name them.
 *
 * A series gets a slot when it is first seen. The dictionary gives slots their aliases in an order
 * that keeps samplers of one interval together, so that one block holds them without gaps.
 */
import type { Reference } from '../../protocol/columns/codecs.ts';
import { commonScale, toMantissa } from '../../protocol/columns/scale.ts';
import { LIMITS } from '../../protocol/limits.ts';
import {
  dictionaryId,
  encodeSchema,
  type MetricType,
  type SeriesDefinition,
} from '../../protocol/messages/schema.ts';

/** What of a sampler's metric matters for the dictionary. */
export interface MetricShape {
  readonly name: string;
  readonly type: MetricType;
  readonly labels: readonly string[];
}

export interface Series {
  readonly slot: number;
  readonly metric: MetricShape;
  readonly labels: readonly (readonly [string, string])[];
  /** Samplers with the same interval share a group; a reload may change it. */
  group: number;
  last: number;
  /** The last reading that had it (`SeriesTable.beginReading`). */
  reading: number;
  /** No longer there: forgotten when the batch with its staleness marker is closed. */
  gone: boolean;
}

export interface BuiltDictionary {
  readonly id: string;
  readonly bytes: Uint8Array;
  readonly definitions: readonly SeriesDefinition[];
  /** Slot -> alias; -1 for a series that is not in it. */
  readonly aliasOf: Int32Array;
  /** Group -> first alias and number of aliases. */
  readonly groups: ReadonlyMap<number, { readonly first: number; readonly count: number }>;
}

const SEPARATOR = '\u0000';
/** CBOR items of a family beside its series; one that stands in several groups has several. */
const FAMILY_ITEMS = 15;
/** Characters of names and label values, of up to three bytes each: a dictionary is one message. */
const MAX_TEXT = LIMITS.payloadBytes / 4;

export class SeriesTable {
  private readonly slots = new Map<MetricShape, Map<string, Series>>();
  private all: Series[] = [];
  private next = 0;
  private text = 0;
  private items = 0;
  private readings = 0;
  /** Rises when a series appears that the last dictionary does not have. */
  private fresh = true;

  /** A number of its own for one reading of one sampler, to tell which series it had. */
  beginReading(): number {
    this.readings += 1;
    return this.readings;
  }

  /**
   * The series of a sample, new when needed; `undefined` when a dictionary, which is one message,
   * would have no room for it.
   */
  find(
    metric: MetricShape,
    labels: readonly string[] | undefined,
    group: number,
  ): Series | undefined {
    let ofMetric = this.slots.get(metric);
    if (ofMetric === undefined) {
      ofMetric = new Map();
      this.slots.set(metric, ofMetric);
    }
    const key =
      labels === undefined
        ? ''
        : labels.length === 1
          ? (labels[0] as string)
          : labels.join(SEPARATOR);
    const known = ofMetric.get(key);
    if (known !== undefined) {
      known.gone = false;
      if (known.group !== group) this.fresh = true;
      known.group = group;
      return known;
    }
    const text = key.length + metric.name.length;
    const items = itemsOf(metric) + (ofMetric.size === 0 ? FAMILY_ITEMS : 0);
    if (!this.hasRoom(text, items)) return undefined;
    this.text += text;
    this.items += items;
    const series = {
      slot: this.next++,
      metric,
      labels: pairs(metric, labels ?? []),
      group,
      last: 0,
      reading: 0,
      gone: false,
    };
    ofMetric.set(key, series);
    this.all.push(series);
    this.fresh = true;
    return series;
  }

  private hasRoom(text: number, items: number): boolean {
    if (this.all.length >= LIMITS.series) return false;
    return this.text + text <= MAX_TEXT && this.items + items <= LIMITS.items;
  }

  get needsDictionary(): boolean {
    return this.fresh;
  }

  /** A dictionary of all series, those that just ended included, with their last values as references. */
  build(): BuiltDictionary {
    const kept = [...this.all].sort(byGroupAndFamily(this.all));
    const scales = familyScales(kept);
    const definitions = kept.map((series) => define(series, scales.get(series.metric.name)));
    const aliasOf = new Int32Array(this.next).fill(-1);
    kept.forEach(({ slot }, alias) => {
      aliasOf[slot] = alias;
    });
    const bytes = encodeSchema(definitions);
    this.fresh = false;
    return { id: dictionaryId(bytes), bytes, definitions, aliasOf, groups: groupRanges(kept) };
  }

  /** Forgets series that are gone; for when no row refers to them any more. */
  sweep(): void {
    if (!this.all.some(({ gone }) => gone)) return;
    for (const [metric, ofMetric] of this.slots) {
      for (const [key, series] of ofMetric) {
        if (!series.gone) continue;
        ofMetric.delete(key);
        this.text -= key.length + metric.name.length;
        this.items -= itemsOf(metric) + (ofMetric.size === 0 ? FAMILY_ITEMS : 0);
      }
      if (ofMetric.size === 0) this.slots.delete(metric);
    }
    this.all = this.all.filter((series) => !series.gone);
  }
}

/** CBOR items of one series: two arrays, its labels, its reference. */
function itemsOf({ labels }: MetricShape): number {
  return 4 + labels.length * 2;
}

/** Label pairs sorted by name; labels with an empty value are absent, as in Prometheus. */
function pairs({ labels: names }: MetricShape, values: readonly string[]): [string, string][] {
  return names
    .map((name, i): [string, string] => [name, values[i] ?? ''])
    .filter(([, value]) => value !== '')
    .sort(([a], [b]) => (a < b ? -1 : 1));
}

function byGroupAndFamily(all: readonly Series[]): (a: Series, b: Series) => number {
  const order = new Map<string, number>();
  for (const { metric } of all) if (!order.has(metric.name)) order.set(metric.name, order.size);
  const rank = ({ metric }: Series) => order.get(metric.name) ?? 0;
  return (a, b) => a.group - b.group || rank(a) - rank(b) || a.slot - b.slot;
}

/**
 * One scale for each family: a single value may happen to be rounder than the others (12.5 s of
 * CPU time among 12.53 s), and a reference in the wrong scale is of no use.
 */
function familyScales(kept: readonly Series[]): ReadonlyMap<string, number | undefined> {
  const values = new Map<string, number[]>();
  for (const { metric, last } of kept) {
    const family = values.get(metric.name);
    if (family === undefined) values.set(metric.name, [last]);
    else family.push(last);
  }
  return new Map([...values].map(([name, family]) => [name, scaleOf(name, family)]));
}

/** Scales 11 and 12 are 1 KiB and 4 KiB: kernel sizes come in KiB, and a multiple of 4 is chance. */
const SCALE_KIB = 11;
const SCALE_4KIB = 12;

function scaleOf(name: string, family: readonly number[]): number | undefined {
  if (family.every((value) => value === 0)) return 0;
  const scale = commonScale(
    Float64Array.from(family),
    family.length,
    new Float64Array(family.length),
  );
  if (scale === SCALE_4KIB) return SCALE_KIB;
  // CPU time counts in hundredths, even when the family happens to be in tenths just now.
  return scale !== undefined && scale < 2 && name.endsWith('_cpu_seconds_total') ? 2 : scale;
}

function define(series: Series, scale: number | undefined): SeriesDefinition {
  const { metric, labels } = series;
  const base = { name: metric.name, labels, type: metric.type, unit: unitOf(metric.name) };
  const reference = scale === undefined ? undefined : referenceOf(series.last, scale);
  return reference === undefined ? base : { ...base, reference };
}

function referenceOf(value: number, scale: number): Reference | undefined {
  const mantissa = toMantissa(value, scale);
  return mantissa === undefined ? undefined : { mantissa, scale };
}

const UNIT = /_(seconds|bytes|celsius|volts|amperes|watts|joules|ratio|hertz|meters)(?:_total)?$/;

/** The unit that the name ends in, as OpenMetrics asks. */
function unitOf(name: string): string {
  return UNIT.exec(name)?.[1] ?? '';
}

function groupRanges(kept: readonly Series[]): Map<number, { first: number; count: number }> {
  const groups = new Map<number, { first: number; count: number }>();
  kept.forEach(({ group }, alias) => {
    const range = groups.get(group);
    if (range === undefined) groups.set(group, { first: alias, count: 1 });
    else range.count++;
  });
  return groups;
}
