/**
 * The contract of a sampler: one subsystem, one file, one line in `index.ts`.
 *
 * Reading is not parsing: `read` touches the host and returns plain data, `parse` is pure and
 * turns it into samples. Names, labels and units are node_exporter's.
 */
import type { Host } from '../ports.ts';

export type MetricType = 'counter' | 'gauge' | 'untyped';

export interface Metric {
  readonly name: string;
  readonly type: MetricType;
  readonly help: string;
  /** Label names, in the order in which `emit` takes their values. */
  readonly labels: readonly string[];
}

/** Reports one sample. `labels` are the values of the metric's label names, in their order. */
export type Emit = (metric: Metric, value: number, labels?: readonly string[]) => void;

export type Profile = 'edge' | 'full';

/** Options of one sampler as its user wrote them; each sampler declares its own in `options`. */
export type Options = Readonly<Record<string, unknown>>;

export interface Sampler<Raw = unknown> {
  /** node_exporter's collector name where there is one, else a new name. */
  readonly name: string;
  /** One line for the table of samplers in the documents. */
  readonly summary: string;
  /** Profiles in which it runs unless the configuration says otherwise; none: only when asked. */
  readonly profiles: readonly Profile[];
  /** Seconds between samples by default; absent: the agent's own interval. */
  readonly intervalSeconds?: number;
  /** After this many milliseconds a reading counts as failed and its neighbours go on. */
  readonly timeoutMs: number;
  /** Everything that `parse` may emit, for the documents and the metric list. */
  readonly metrics: readonly Metric[];
  /** JSON Schema (draft 7) of its options, with defaults; absent: it takes none. */
  readonly options?: object;
  /** Touches the host. Throws or rejects when the subsystem cannot be read at all. */
  read(host: Host, options: Options): Raw | Promise<Raw>;
  /** Pure. Emits nothing for what the kernel does not offer. */
  parse(raw: Raw, emit: Emit, options: Options): void;
}

/** Keeps a sampler's own types while it is declared, and forgets them for the registry. */
export function sampler<Raw>(declared: Sampler<Raw>): Sampler {
  return declared as Sampler;
}
