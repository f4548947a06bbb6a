/**
 * Performance data of monitoring plug-ins:
 * `'label'=value[unit];[warning];[critical];[minimum];[maximum]`, apart by blanks. Values come out in
 * base units. What is malformed is left out; the rest of the line is read all the same.
 */
import { NUMBER, numberOf, parseRange, type Range } from './range.ts';

export interface PerformanceValue {
  readonly label: string;
  /** `seconds`, `bytes`, `ratio`, or empty. */
  readonly unit: string;
  readonly value: number;
  /** It only ever grows (`c`). */
  readonly isCounter: boolean;
  /** All in the same base unit as the value. */
  readonly warning?: Range;
  readonly critical?: Range;
  readonly minimum?: number;
  readonly maximum?: number;
}

interface Unit {
  readonly unit: string;
  readonly factor: number;
}

const KI = 1024;
/** The plug-ins count in steps of 1024, whether they write MB or MiB. */
const UNITS: Readonly<Record<string, Unit>> = {
  s: { unit: 'seconds', factor: 1 },
  ms: { unit: 'seconds', factor: 1e-3 },
  us: { unit: 'seconds', factor: 1e-6 },
  ns: { unit: 'seconds', factor: 1e-9 },
  '%': { unit: 'ratio', factor: 0.01 },
  b: { unit: 'bytes', factor: 1 },
  kb: { unit: 'bytes', factor: KI },
  mb: { unit: 'bytes', factor: KI ** 2 },
  gb: { unit: 'bytes', factor: KI ** 3 },
  tb: { unit: 'bytes', factor: KI ** 4 },
  kib: { unit: 'bytes', factor: KI },
  mib: { unit: 'bytes', factor: KI ** 2 },
  gib: { unit: 'bytes', factor: KI ** 3 },
  tib: { unit: 'bytes', factor: KI ** 4 },
  c: { unit: '', factor: 1 },
};

const VALUE = new RegExp(`^(${NUMBER})([a-zA-Zµ%]*)$`);
/** A label in quotes (a quote in it is doubled) or without, then everything up to a blank. */
const ITEM = /(?<=^|\s)(?:'((?:[^']|'')*)'|([^\s='][^\s=]*))=(\S*)/g;
const MOST_VALUES = 64;
const LONGEST_LABEL = 128;

export function parsePerformanceData(text: string): readonly PerformanceValue[] {
  const values: PerformanceValue[] = [];
  for (const [, quoted, bare, item = ''] of text.matchAll(ITEM)) {
    const value = parseItem(labelOf(quoted?.replaceAll("''", "'") ?? bare ?? ''), item);
    if (value !== undefined) values.push(value);
    if (values.length >= MOST_VALUES) break;
  }
  return values;
}

function parseItem(label: string, item: string): PerformanceValue | undefined {
  const [first = '', warning, critical, minimum, maximum] = item.split(';');
  const parts = VALUE.exec(first);
  if (parts === null || label === '') return undefined;
  const written = (parts[2] ?? '').toLowerCase().replace('µ', 'u');
  const { unit, factor } = UNITS[written] ?? { unit: '', factor: 1 };
  const value = scaled(numberOf(parts[1], Number.NaN), factor);
  if (!Number.isFinite(value)) return undefined;
  return {
    label,
    unit,
    value,
    isCounter: written === 'c',
    ...part('warning', rangeOf(warning, factor)),
    ...part('critical', rangeOf(critical, factor)),
    ...part('minimum', boundOf(minimum, factor)),
    ...part('maximum', boundOf(maximum, factor)),
  };
}

function part<K extends string, V>(key: K, value: V | undefined): { readonly [key in K]?: V } {
  return (value === undefined ? {} : { [key]: value }) as { readonly [key in K]?: V };
}

function rangeOf(text: string | undefined, factor: number): Range | undefined {
  const range = parseRange(text ?? '');
  if (range === undefined) return undefined;
  return { ...range, start: scaled(range.start, factor), end: scaled(range.end, factor) };
}

function boundOf(text: string | undefined, factor: number): number | undefined {
  const value = numberOf(text, Number.NaN);
  return Number.isFinite(value) ? scaled(value, factor) : undefined;
}

/** Divides where that is exact: 12 ms are 0.012 s, not 0.012000000000000002. */
function scaled(value: number, factor: number): number {
  return factor < 1 ? value / Math.round(1 / factor) : value * factor;
}

function labelOf(text: string): string {
  return text.trim().slice(0, LONGEST_LABEL);
}
