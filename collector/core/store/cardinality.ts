/** Which metrics and labels have the most series: what one looks at when there are too many. */

export interface NamedCount {
  readonly name: string;
  readonly value: number;
}

export interface Cardinality {
  readonly series: number;
  readonly labelPairs: number;
  /** The largest first, as many as were asked for; the same below. */
  readonly seriesByMetric: readonly NamedCount[];
  readonly valuesByLabel: readonly NamedCount[];
  /** Bytes of a label's values, each once. */
  readonly bytesByLabel: readonly NamedCount[];
  /** `name=value`. */
  readonly seriesByPair: readonly NamedCount[];
}

export interface LabelPair {
  readonly name: string;
  readonly value: string;
  /** Series that carry it. */
  readonly count: number;
}

export function cardinalityOf(
  pairs: Iterable<LabelPair>,
  series: number,
  metricName: string,
  limit: number,
): Cardinality {
  const byMetric = new Top(limit);
  const byPair = new Top(limit);
  const values = new Map<string, number>();
  const bytes = new Map<string, number>();
  let labelPairs = 0;
  for (const { name, value, count } of pairs) {
    labelPairs++;
    values.set(name, (values.get(name) ?? 0) + 1);
    bytes.set(name, (bytes.get(name) ?? 0) + Buffer.byteLength(value));
    if (name === metricName) byMetric.offer(value, count);
    byPair.offer(`${name}=${value}`, count);
  }
  return {
    series,
    labelPairs,
    seriesByMetric: byMetric.list(),
    valuesByLabel: topOf(values, limit),
    bytesByLabel: topOf(bytes, limit),
    seriesByPair: byPair.list(),
  };
}

function topOf(counts: ReadonlyMap<string, number>, limit: number): readonly NamedCount[] {
  const top = new Top(limit);
  for (const [name, value] of counts) top.offer(name, value);
  return top.list();
}

/** The largest of many, without keeping all. */
class Top {
  private readonly limit: number;
  private kept: NamedCount[] = [];
  private least = 0;

  constructor(limit: number) {
    this.limit = limit;
  }

  offer(name: string, value: number): void {
    if (value <= this.least) return;
    this.kept.push({ name, value });
    if (this.kept.length < this.limit * 2) return;
    this.kept = this.list();
    this.least = this.kept.at(-1)?.value ?? 0;
  }

  list(): NamedCount[] {
    const sorted = this.kept.sort((a, b) => b.value - a.value || (a.name < b.name ? -1 : 1));
    return sorted.slice(0, this.limit);
  }
}
