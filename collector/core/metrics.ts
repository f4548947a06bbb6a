/**
 * The collector's own metrics: counters, gauges and histograms, and their text for `/metrics`.
 *
 * One registry is made in app.ts and handed to those who count. A family is asked for once and
 * kept; `with({...})` answers the same child for the same labels, so hot paths keep the child.
 */

import { type Child, Counter, type Emit, Gauge, Histogram } from './metrics/children.ts';
import { checkNames, header, labelText, sampleLine } from './metrics/exposition.ts';

export interface FamilyOptions<L extends string> {
  /** `muster_collector_<what>_<unit>`; counters end in `_total`. */
  readonly name: string;
  readonly help: string;
  readonly labels?: readonly L[];
}

export interface HistogramOptions<L extends string> extends FamilyOptions<L> {
  /** Upper bounds, ascending; `+Inf` is added. */
  readonly buckets: readonly number[];
}

export interface Family<C extends Child, L extends string> {
  /** The child with these label values; made at the first call. */
  with(labels: Readonly<Record<L, string>>): C;
  /** Forgets one child, for things that go away (a device, a connection). */
  remove(labels: Readonly<Record<L, string>>): void;
  /** Forgets all children. */
  clear(): void;
}

export interface Metrics {
  counter(options: FamilyOptions<never>): Counter;
  gauge(options: FamilyOptions<never>): Gauge;
  histogram(options: HistogramOptions<never>): Histogram;
  counters<L extends string>(options: FamilyOptions<L>): Family<Counter, L>;
  gauges<L extends string>(options: FamilyOptions<L>): Family<Gauge, L>;
  histograms<L extends string>(options: HistogramOptions<L>): Family<Histogram, L>;
  /** Called before each text is made: sets gauges from what is only known when asked. */
  onCollect(update: () => void): void;
  text(): string;
  /** Every sample of every family, as `text` has them. */
  each(emit: Emit): void;
  families(): Iterable<FamilyDescription>;
}

export interface FamilyDescription {
  readonly name: string;
  readonly help: string;
  readonly type: FamilyType;
}

export type FamilyType = 'counter' | 'gauge' | 'histogram';

export function createMetrics(): Metrics {
  const families = new Map<string, StoredFamily<Child>>();
  const updates: (() => void)[] = [];

  function add<C extends Child, L extends string>(
    options: FamilyOptions<L>,
    type: FamilyType,
    make: () => C,
  ): StoredFamily<C> {
    const labels = options.labels ?? [];
    checkNames(options.name, labels);
    if (families.has(options.name)) throw new RangeError(`metric ${options.name} exists already`);
    const family = new StoredFamily(options.name, options.help, type, labels, make);
    families.set(options.name, family);
    return family;
  }

  const counters = <L extends string>(o: FamilyOptions<L>) =>
    add(o, 'counter', () => new Counter());
  const gauges = <L extends string>(o: FamilyOptions<L>) => add(o, 'gauge', () => new Gauge());
  const histograms = <L extends string>(o: HistogramOptions<L>) =>
    add(o, 'histogram', () => new Histogram(o.buckets));

  return {
    counters,
    gauges,
    histograms,
    counter: (options) => counters(options).with({}),
    gauge: (options) => gauges(options).with({}),
    histogram: (options) => histograms(options).with({}),
    onCollect: (update) => void updates.push(update),
    text() {
      for (const update of updates) update();
      return [...families.values()].map((family) => family.text()).join('');
    },
    each(emit) {
      for (const update of updates) update();
      for (const family of families.values()) family.each(emit);
    },
    families: () => families.values(),
  };
}

class StoredFamily<C extends Child> {
  private readonly children = new Map<string, { readonly values: readonly string[]; child: C }>();
  readonly name: string;
  readonly help: string;
  readonly type: FamilyType;
  private readonly labels: readonly string[];
  private readonly make: () => C;

  constructor(
    name: string,
    help: string,
    type: FamilyType,
    labels: readonly string[],
    make: () => C,
  ) {
    this.name = name;
    this.help = help;
    this.type = type;
    this.labels = labels;
    this.make = make;
  }

  with(labels: Readonly<Record<string, string>>): C {
    const values = this.valuesOf(labels);
    const key = values.join('\u0000');
    const known = this.children.get(key);
    if (known !== undefined) return known.child;
    const child = this.make();
    this.children.set(key, { values, child });
    return child;
  }

  remove(labels: Readonly<Record<string, string>>): void {
    this.children.delete(this.valuesOf(labels).join('\u0000'));
  }

  clear(): void {
    this.children.clear();
  }

  text(): string {
    let text = header(this.name, this.help, this.type);
    this.each((name, labels, value) => {
      text += sampleLine(name, labelText(labels), value);
    });
    return text;
  }

  each(emit: Emit): void {
    for (const { values, child } of this.children.values())
      child.emit(this.name, pairs(this.labels, values), emit);
  }

  private valuesOf(labels: Readonly<Record<string, string>>): string[] {
    return this.labels.map((label) => labels[label] ?? '');
  }
}

function pairs(names: readonly string[], values: readonly string[]): [string, string][] {
  return names.map((name, index) => [name, values[index] ?? '']);
}
