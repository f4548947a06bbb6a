/**
 * `prometheus.WriteRequest` of remote write 1.0, a series at a time. What is not protobuf throws;
 * what is wrong with one series is told, and the others are read on.
 */
import { LabelSet, METRIC_NAME } from '../../core/label-set.ts';
import { takeDoubles } from '../../core/store/slab.ts';
import type { WrittenSeries } from '../../ports/samples.ts';
import { ProtobufError, type ProtobufReader } from './protobuf.ts';

/** Far from any real time; beyond it dates cannot be told. */
const MAX_TIME = 8.64e15;
const MAX_LABELS = 256;

export interface ReadSeries {
  readonly series: WrittenSeries | undefined;
  /** Why there is no series. */
  readonly problem?: string;
  readonly samples: number;
  /** Native histograms, which are not taken. */
  readonly histograms: number;
}

export interface ReadMetadata {
  readonly metric: string;
  /** As the specification numbers them: 1 counter, 2 gauge, … */
  readonly type: number;
  readonly help: string;
  readonly unit: string;
}

/** One field of the request: a series, a metric's metadata, or something unknown. */
export type RequestPart = { readonly series: ReadSeries } | { readonly metadata: ReadMetadata };

export class WriteRequestReader {
  private readonly input: ProtobufReader;
  /** Samples of the series at hand. */
  private times: number[] = [];
  private bits = new Uint8Array(64);
  /** The instants of the series before: those of one scrape are the same. */
  private shared = new Float64Array();

  constructor(input: ProtobufReader) {
    this.input = input;
  }

  /** `undefined` at the end. */
  next(): RequestPart | undefined {
    for (let field = this.input.field(); field !== 0; field = this.input.field()) {
      if (field === 1) return { series: this.series() };
      if (field === 3) return { metadata: this.metadata() };
      this.input.skip();
    }
    return undefined;
  }

  private series(): ReadSeries {
    const { input } = this;
    const outer = input.enter();
    const pairs: string[] = [];
    let histograms = 0;
    this.times = [];
    for (let field = input.field(); field !== 0; field = input.field()) {
      if (field === 1) this.label(pairs);
      else if (field === 2) this.sample();
      else {
        if (field === 4) histograms++;
        input.skip();
      }
    }
    input.leave(outer);
    const samples = this.times.length;
    const labels = labelsOf(pairs);
    if (typeof labels === 'string') {
      return { series: undefined, problem: labels, samples, histograms };
    }
    return { series: { labels, ...this.samples() }, samples, histograms };
  }

  private label(pairs: string[]): void {
    const { input } = this;
    const outer = input.enter();
    let name = '';
    let value = '';
    for (let field = input.field(); field !== 0; field = input.field()) {
      if (field === 1) name = input.text();
      else if (field === 2) value = input.text();
      else input.skip();
    }
    input.leave(outer);
    if (pairs.length >= MAX_LABELS * 2) {
      throw new ProtobufError(`a series has more than ${MAX_LABELS} labels`);
    }
    pairs.push(name, value);
  }

  private sample(): void {
    const { input, times } = this;
    const at = times.length * 8;
    if (at === this.bits.length) {
      const grown = new Uint8Array(at * 2);
      grown.set(this.bits);
      this.bits = grown;
    }
    // Fields that are 0 are not sent.
    this.bits.fill(0, at, at + 8);
    let time = 0;
    const outer = input.enter();
    for (let field = input.field(); field !== 0; field = input.field()) {
      if (field === 1) input.double(this.bits, at);
      else if (field === 2) time = input.int64();
      else input.skip();
    }
    input.leave(outer);
    if (Math.abs(time) > MAX_TIME) throw new ProtobufError(`no time: ${time} ms`);
    times.push(time);
  }

  private metadata(): ReadMetadata {
    const { input } = this;
    const outer = input.enter();
    const found = { metric: '', type: 0, help: '', unit: '' };
    for (let field = input.field(); field !== 0; field = input.field()) {
      if (field === 1) found.type = input.int64();
      else if (field === 2) found.metric = input.text();
      else if (field === 4) found.help = input.text();
      else if (field === 5) found.unit = input.text();
      else input.skip();
    }
    input.leave(outer);
    return found;
  }

  /** The samples read last, ascending; of one instant, the last given. */
  private samples(): { times: Float64Array; values: Float64Array } {
    const { times } = this;
    const values = takeDoubles(times.length);
    new Uint8Array(values.buffer, values.byteOffset, values.byteLength).set(
      this.bits.subarray(0, values.byteLength),
    );
    for (let i = 1; i < times.length; i++) {
      if ((times[i] as number) <= (times[i - 1] as number)) return sorted(times, values);
    }
    const { shared } = this;
    const same = shared.length === times.length && times.every((time, i) => time === shared[i]);
    if (!same) this.shared = Float64Array.from(times);
    return { times: this.shared, values };
  }
}

function sorted(times: readonly number[], values: Float64Array) {
  const order = times.map((_, i) => i);
  order.sort((a, b) => (times[a] as number) - (times[b] as number) || a - b);
  const kept = order.filter((i, n) => times[i] !== times[order[n + 1] ?? -1]);
  const from = new BigUint64Array(values.buffer, values.byteOffset, values.length);
  const to = BigUint64Array.from(kept, (i) => from[i] as bigint);
  return {
    times: Float64Array.from(kept, (i) => times[i] as number),
    values: new Float64Array(to.buffer),
  };
}

/** The label set, or what is wrong with it. */
function labelsOf(pairs: readonly string[]): LabelSet | string {
  let ascending = true;
  let named = false;
  for (let i = 0; i < pairs.length; i += 2) {
    const name = pairs[i] as string;
    if (name === '') return 'a label has no name';
    if (name === METRIC_NAME && pairs[i + 1] !== '') named = true;
    if (pairs[i + 1] === '' || (i > 0 && name <= (pairs[i - 2] as string))) ascending = false;
  }
  if (!named) return `a series has no ${METRIC_NAME}: ${describe(pairs)}`;
  if (ascending) return LabelSet.fromSorted(pairs);
  const names = pairs.filter((_, i) => i % 2 === 0);
  const twice = names.find((name, i) => names.indexOf(name) !== i);
  if (twice !== undefined) return `label ${twice} stands twice in ${describe(pairs)}`;
  return LabelSet.of(names.map((name, i) => [name, pairs[i * 2 + 1] as string]));
}

function describe(pairs: readonly string[]): string {
  const texts = pairs.flatMap((name, i) =>
    i % 2 === 0 ? [`${name}=${JSON.stringify(pairs[i + 1])}`] : [],
  );
  return `{${texts.join(', ').slice(0, 200)}}`;
}
