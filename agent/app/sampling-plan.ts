/** Which samplers run, and how often. */
import type { AgentConfig } from '../config.ts';
import type { Sampler } from '../samplers/sampler.ts';
import type { PlannedSampler } from '../work/sampling.ts';

/** Those that are switched on; `stretch` makes all intervals longer. */
export function samplingPlan(
  registry: readonly Sampler[],
  { samplers }: AgentConfig,
  stretch: number,
): PlannedSampler[] {
  return registry.flatMap((sampler): PlannedSampler[] => {
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
