/**
 * Two readings of the same machine compared: ours and node_exporter's. Only names that both have
 * are compared; of those, both must have the same series.
 */
import type { Host } from '../../agent/ports.ts';
import type { TextSample } from '../../agent/samplers/parse/exposition.ts';
import type { Metric, Options, Sampler } from '../../agent/samplers/sampler.ts';
import { optionsFor } from '../../agent/samplers/sampler.ts';
import { seriesName } from './samples.ts';

export interface Reading {
  readonly values: ReadonlyMap<string, number>;
  readonly types: ReadonlyMap<string, string>;
}

/** Everything that the samplers of profile `full` say. */
export async function ourReading(
  samplers: readonly Sampler[],
  host: Host,
  overrides: Readonly<Record<string, Options>> = {},
): Promise<Reading> {
  const values = new Map<string, number>();
  const types = new Map<string, string>();
  const take = (metric: Metric, value: number, labels?: readonly string[]) => {
    values.set(seriesName(metric, labels), value);
    types.set(metric.name, metric.type);
  };
  for (const sampler of samplers) {
    const options = optionsFor(sampler, 'full', overrides[sampler.name]);
    try {
      sampler.parse(await sampler.read(host, options), take, options);
    } catch {
      // A recorded tree holds a part of a machine only.
    }
  }
  return { values, types };
}

export function theirReading(samples: readonly TextSample[]): Reading {
  const values = new Map<string, number>();
  const types = new Map<string, string>();
  for (const { name, type, help = '', labels, value } of samples) {
    const metric = { name, type, help, labels: labels.map(([label]) => label) };
    values.set(
      seriesName(
        metric,
        labels.map(([, text]) => text),
      ),
      value,
    );
    types.set(name, type);
  }
  return { values, types };
}

const nameOf = (series: string) => series.split('{', 1)[0] ?? '';

export interface Difference {
  /** Series of names that both have, which only one has. */
  readonly onlyOurs: readonly string[];
  readonly onlyTheirs: readonly string[];
  /** Names that both have under different types. */
  readonly types: readonly string[];
  readonly shared: readonly string[];
}

export function compareNames(ours: Reading, theirs: Reading): Difference {
  const isShared = (series: string) =>
    ours.types.has(nameOf(series)) && theirs.types.has(nameOf(series));
  const missing = (from: Reading, of: Reading) =>
    [...of.values.keys()].filter((series) => isShared(series) && !from.values.has(series));
  return {
    onlyOurs: missing(theirs, ours),
    onlyTheirs: missing(ours, theirs),
    types: [...ours.types]
      .filter(([name, type]) => theirs.types.has(name) && theirs.types.get(name) !== type)
      .map(([name]) => name),
    shared: [...ours.values.keys()].filter((series) => theirs.values.has(series)),
  };
}

/** Between two readings of ours, save for the last bits of a division. */
export function isBetween(value: number, one: number, other: number): boolean {
  const slack = 1e-12 * Math.max(Math.abs(one), Math.abs(other));
  return value >= Math.min(one, other) - slack && value <= Math.max(one, other) + slack;
}
