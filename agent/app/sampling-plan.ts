/** Which samplers run, and how often. */
import type { AgentConfig } from '../config.ts';
import type { Effects } from '../core/adapting/effects.ts';
import { type Sampler, sampler } from '../samplers/sampler.ts';
import type { PlannedSampler } from '../work/sampling.ts';

/** Those that are switched on, as far and as often as the machine can bear it. */
export function samplingPlan(
  registry: readonly Sampler[],
  { samplers }: AgentConfig,
  { stretch, shedFull }: Effects,
): PlannedSampler[] {
  return registry.flatMap((sampler): PlannedSampler[] => {
    if (shedFull && !sampler.profiles.includes('edge')) return [];
    const own = samplers[sampler.name];
    if (own === undefined || !own.enabled) return [];
    const { options, interval, timeout: timeoutMs } = own;
    return [{ sampler, options, intervalMs: interval * stretch, timeoutMs }];
  });
}

/** A part of the agent that is a sampler of itself, at its own pace. */
export function everySoOften(sampler: Sampler, { sampling }: AgentConfig): PlannedSampler {
  const intervalMs = (sampler.intervalSeconds ?? 0) * 1000 || sampling.interval;
  return { sampler, options: {}, intervalMs, timeoutMs: sampler.timeoutMs };
}

const COMPOSITE_SECONDS = 60;

/** Samplers of parts that come and go while the plan stays as it is. */
export function composite(name: string, parts: () => readonly Sampler[]): Sampler {
  return sampler<readonly { readonly part: Sampler; readonly raw: unknown }[]>({
    name,
    summary: 'checks, tasks, remedies and the pressure that the machine is under',
    profiles: ['edge', 'full'],
    intervalSeconds: COMPOSITE_SECONDS,
    timeoutMs: 1_000,
    metrics: [],
    dynamicMetrics: 'those of the parts that the configuration has',
    read: (host, options) =>
      Promise.all(parts().map(async (part) => ({ part, raw: await part.read(host, options) }))),
    parse: (all, emit, options) => {
      for (const { part, raw } of all) part.parse(raw, emit, options);
    },
  });
}
