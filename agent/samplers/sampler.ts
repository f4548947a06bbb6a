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

/**
 * Reports one sample. `labels` are the values of the metric's label names, in their order; whoever
 * receives them must not change the array. Samplers hand over the same `Metric` object, and where
 * it is cheap the same array, in every cycle, so that both can be recognised by identity.
 */
export type Emit = (metric: Metric, value: number, labels?: readonly string[]) => void;

export type Profile = 'edge' | 'full';

/**
 * Options of one sampler; each sampler declares its own in `options`. Pass the same object in every
 * cycle until the configuration changes: compiled filters are kept by its identity.
 */
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
  /** In words, the metrics whose names only the host knows (`/proc/net/netstat`, textfiles). */
  readonly dynamicMetrics?: string;
  /** JSON Schema (draft 7) of its options, with the defaults of `edge`; absent: it takes none. */
  readonly options?: object;
  /** Options that a profile sets before its user's own are laid over them. */
  readonly presets?: Readonly<Partial<Record<Profile, Options>>>;
  /**
   * Touches the host. Throws or rejects when a subsystem that every Linux has cannot be read;
   * hardware that is not there is no failure and yields nothing.
   */
  read(host: Host, options: Options): Raw | Promise<Raw>;
  /**
   * Pure but for what `read` lets it remember in `raw`. Emits nothing for what the kernel does not
   * offer. It may throw after emitting: what it emitted stands, the reading counts as failed.
   */
  parse(raw: Raw, emit: Emit, options: Options): void;
}

/** Keeps a sampler's own types while it is declared, and forgets them for the registry. */
export function sampler<Raw>(declared: Sampler<Raw>): Sampler {
  return declared as Sampler;
}

/** What a sampler is called with: its profile's presets under what its user wrote. */
export function optionsFor(of: Sampler, profile: Profile, written: Options = {}): Options {
  return { ...of.presets?.[profile], ...written };
}

export function counter(name: string, help: string, labels: readonly string[] = []): Metric {
  return { name, type: 'counter', help, labels };
}

export function gauge(name: string, help: string, labels: readonly string[] = []): Metric {
  return { name, type: 'gauge', help, labels };
}

/** node_exporter calls some counters untyped; we follow it, since tools read the type. */
export function untyped(name: string, help: string, labels: readonly string[] = []): Metric {
  return { name, type: 'untyped', help, labels };
}
