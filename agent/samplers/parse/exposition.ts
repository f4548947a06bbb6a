/**
 * Prometheus' text format (0.0.4), as strict as its Go parser: a file is taken whole, or refused
 * with the line where it went wrong. Scripts write these files, so half a file must not count.
 */
import { LIMITS } from '../../../protocol/limits.ts';
import type { MetricType } from '../sampler.ts';

export interface TextSample {
  readonly name: string;
  readonly type: MetricType;
  /** Absent when the file does not say. */
  readonly help: string | undefined;
  /** Those with a value; an empty label is none. */
  readonly labels: readonly (readonly [name: string, value: string])[];
  readonly value: number;
}

export type Exposition =
  | { readonly samples: readonly TextSample[] }
  | { readonly refused: string; readonly line: number };

interface Family {
  type: string | undefined;
  help: string | undefined;
}

const TYPES = new Set(['counter', 'gauge', 'summary', 'untyped', 'histogram']);
const METRIC_NAME = /[a-zA-Z_:][a-zA-Z0-9_:]*/y;
const LABEL_NAME = /[a-zA-Z_][a-zA-Z0-9_]*/y;
const BLANKS = /[ \t]*/y;
const WORD = /[^ \t]*/y;
const LABEL_TEXT = /"((?:[^"\\]|\\[\\n"])*)"/y;
const FLOAT = /^[+-]?(\d+\.?\d*|\.\d+)([eE][+-]?\d+)?$/;
const INFINITE = /^[+-]?inf(inity)?$/i;

class Refusal extends Error {}

export function parseExposition(text: string): Exposition {
  const families = new Map<string, Family>();
  const samples: TextSample[] = [];
  const lines = text.split('\n');
  // What stands after the last line end was cut off while it was written.
  const rest = lines.pop();
  for (const [index, line] of lines.entries()) {
    try {
      const sample = parseLine(line, families);
      if (sample !== undefined) samples.push(sample);
    } catch (error) {
      return { refused: error instanceof Refusal ? error.message : 'failed', line: index + 1 };
    }
  }
  if (rest !== '') return { refused: 'the last line does not end', line: lines.length + 1 };
  return { samples };
}

function parseLine(line: string, families: Map<string, Family>): TextSample | undefined {
  const cursor = new Cursor(line);
  cursor.take(BLANKS);
  if (cursor.ended) return undefined;
  if (cursor.skip('#')) {
    parseComment(cursor, families);
    return undefined;
  }
  return parseSample(cursor, families);
}

function parseComment(cursor: Cursor, families: Map<string, Family>): void {
  cursor.take(BLANKS);
  const keyword = cursor.take(WORD);
  if (keyword !== 'HELP' && keyword !== 'TYPE') return;
  cursor.take(BLANKS);
  const name = cursor.take(METRIC_NAME);
  if (cursor.ended) return;
  if (name === '' || cursor.take(BLANKS) === '') throw new Refusal('invalid metric name');
  const family = familyOf(families, name);
  const rest = cursor.rest();
  if (rest === '') return;
  if (keyword === 'HELP') {
    if (family.help !== undefined) throw new Refusal(`second HELP of ${name}`);
    if (/\\(?![\\n])/.test(rest.replaceAll('\\\\', ''))) throw new Refusal('invalid escape');
    family.help = unescaped(rest);
  } else {
    if (family.type !== undefined) throw new Refusal(`second TYPE of ${name}, or after samples`);
    const type = rest.toLowerCase();
    if (!TYPES.has(type)) throw new Refusal(`unknown type ${type}`);
    family.type = type;
  }
}

function parseSample(cursor: Cursor, families: Map<string, Family>): TextSample {
  const name = bounded(cursor.take(METRIC_NAME));
  if (name === '') throw new Refusal('invalid metric name');
  const family = familyOf(families, name);
  family.type ??= 'untyped';
  cursor.take(BLANKS);
  const labels = cursor.skip('{') ? parseLabels(cursor) : [];
  cursor.take(BLANKS);
  const value = float(cursor.take(WORD));
  // node_exporter refuses times, since a scrape has its own; a blank at the end counts as one.
  if (!cursor.ended) throw new Refusal('timestamps are not supported');
  const type = sampleType(family.type, name);
  return { name, type, help: family.help, labels, value };
}

function parseLabels(cursor: Cursor): (readonly [string, string])[] {
  const labels: (readonly [string, string])[] = [];
  const names = new Set<string>();
  for (;;) {
    cursor.take(BLANKS);
    if (cursor.skip('}')) return labels;
    const name = bounded(cursor.take(LABEL_NAME));
    if (name === '' || name === '__name__') throw new Refusal('invalid label name');
    if (names.has(name)) throw new Refusal(`label ${name} twice`);
    names.add(name);
    if (names.size > LIMITS.labels) throw new Refusal('too many labels');
    cursor.take(BLANKS);
    if (!cursor.skip('=')) throw new Refusal(`no value of label ${name}`);
    cursor.take(BLANKS);
    const quoted = cursor.take(LABEL_TEXT);
    if (quoted === '') throw new Refusal(`invalid value of label ${name}`);
    const value = bounded(unescaped(quoted.slice(1, -1)));
    if (value !== '') labels.push([name, value]);
    cursor.take(BLANKS);
    if (!cursor.skip(',') && !cursor.peek('}')) throw new Refusal(`no end of label ${name}`);
  }
}

/** The family that a name belongs to: its own, or the summary or histogram that it is a part of. */
function familyOf(families: Map<string, Family>, name: string): Family {
  const own = families.get(name);
  if (own !== undefined) return own;
  const [, stem = '', suffix] = /^(.*)_(sum|count|bucket)$/.exec(name) ?? [];
  const whole = families.get(stem);
  if (whole?.type === 'histogram' || (whole?.type === 'summary' && suffix !== 'bucket')) {
    return whole;
  }
  const fresh = { type: undefined, help: undefined };
  families.set(name, fresh);
  return fresh;
}

function sampleType(family: string, name: string): MetricType {
  if (family === 'counter' || family === 'gauge' || family === 'untyped') return family;
  return /_(sum|count|bucket)$/.test(name) ? 'counter' : 'gauge';
}

function float(text: string): number {
  if (FLOAT.test(text)) {
    const value = Number(text);
    if (Number.isFinite(value)) return value;
  } else if (INFINITE.test(text)) {
    return text.startsWith('-') ? Number.NEGATIVE_INFINITY : Number.POSITIVE_INFINITY;
  } else if (/^nan$/i.test(text)) {
    return Number.NaN;
  }
  throw new Refusal(`invalid value ${text.slice(0, 40)}`);
}

function unescaped(text: string): string {
  return text.includes('\\')
    ? text.replaceAll(/\\([\\n"])/g, (_, kept: string) => (kept === 'n' ? '\n' : kept))
    : text;
}

function bounded(text: string): string {
  if (Buffer.byteLength(text) > LIMITS.textBytes) throw new Refusal('name or label too long');
  return text;
}

class Cursor {
  readonly #line: string;
  #at = 0;

  constructor(line: string) {
    this.#line = line;
  }

  get ended(): boolean {
    return this.#at >= this.#line.length;
  }

  /** What a sticky pattern matches here; `''` when nothing. */
  take(pattern: RegExp): string {
    pattern.lastIndex = this.#at;
    const found = pattern.exec(this.#line)?.[0] ?? '';
    this.#at += found.length;
    return found;
  }

  peek(character: string): boolean {
    return this.#line[this.#at] === character;
  }

  skip(character: string): boolean {
    if (!this.peek(character)) return false;
    this.#at += 1;
    return true;
  }

  rest(): string {
    return this.#line.slice(this.#at);
  }
}
