/** Samples as text, the way a person writes an expectation: `name{label="value"}` to value. */
import type { Host } from '../../agent/ports.ts';
import type { Metric, Options, Profile, Sampler } from '../../agent/samplers/sampler.ts';
import { optionsFor } from '../../agent/samplers/sampler.ts';

export type Samples = Record<string, number>;

export function seriesName(metric: Metric, labels: readonly string[] = []): string {
  const shown = metric.labels
    .map((name, index) => [name, labels[index] ?? ''] as const)
    .filter(([, value]) => value !== '')
    .sort(([a], [b]) => (a < b ? -1 : 1))
    .map(([name, value]) => `${name}=${JSON.stringify(value)}`);
  return shown.length === 0 ? metric.name : `${metric.name}{${shown.join(',')}}`;
}

/** What `parse` emits. A series that is emitted twice is a mistake of the sampler. */
export function parsed(sampler: Sampler, raw: unknown, options: Options = {}): Samples {
  const samples: Samples = {};
  sampler.parse(raw, collectInto(samples), options);
  return samples;
}

export async function sampled(
  sampler: Sampler,
  host: Host,
  options: Options = {},
): Promise<Samples> {
  return parsed(sampler, await sampler.read(host, options), options);
}

export async function sampledIn(profile: Profile, sampler: Sampler, host: Host): Promise<Samples> {
  return sampled(sampler, host, optionsFor(sampler, profile));
}

export function collectInto(samples: Samples) {
  return (metric: Metric, value: number, labels?: readonly string[]): void => {
    if ((labels?.length ?? 0) !== metric.labels.length) {
      throw new Error(
        `${metric.name}: ${labels?.length ?? 0} values of ${metric.labels.length} labels`,
      );
    }
    const series = seriesName(metric, labels);
    if (Object.hasOwn(samples, series)) throw new Error(`${series} is emitted twice`);
    samples[series] = value;
  };
}
