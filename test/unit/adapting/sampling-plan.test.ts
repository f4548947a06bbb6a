/** Which samplers run, and how often, on a machine that is pressed. */
import { expect, test } from 'vitest';
import { everySoOften, samplingPlan } from '../../../agent/app/sampling-plan.ts';
import type { AgentConfig } from '../../../agent/config.ts';
import { effectsOf, NO_EFFECTS } from '../../../agent/core/adapting/effects.ts';
import { type Sampler, sampler } from '../../../agent/samplers/sampler.ts';

function made(name: string, profiles: Sampler['profiles'], intervalSeconds?: number): Sampler {
  return sampler<undefined>({
    ...{ name, summary: '', profiles, timeoutMs: 500, metrics: [] },
    ...(intervalSeconds === undefined ? {} : { intervalSeconds }),
    read: () => undefined,
    parse: () => undefined,
  });
}

const registry = [
  made('cpu', ['edge', 'full']),
  made('netstat', ['full']),
  made('off', ['edge', 'full']),
  made('unnamed', ['edge', 'full']),
];
const settings = { enabled: true, interval: 10_000, timeout: 2_000, options: { of: 'its own' } };
const config = {
  sampling: { interval: 7_000 },
  samplers: {
    cpu: settings,
    netstat: { ...settings, interval: 30_000 },
    off: { ...settings, enabled: false },
  },
} as unknown as AgentConfig;

const planned = (effects = NO_EFFECTS) =>
  samplingPlan(registry, config, effects).map(({ sampler: of, intervalMs }) => [
    of.name,
    intervalMs,
  ]);

test('those that are switched on, as often and with what the configuration says', () => {
  expect(planned()).toEqual([
    ['cpu', 10_000],
    ['netstat', 30_000],
  ]);
  expect(samplingPlan(registry, config, NO_EFFECTS)[0]).toMatchObject({
    options: { of: 'its own' },
    timeoutMs: 2_000,
  });
});

test('under pressure rarer, and those that only profile full has stand still', () => {
  expect(planned({ ...NO_EFFECTS, stretch: 4 })).toEqual([
    ['cpu', 40_000],
    ['netstat', 120_000],
  ]);
  expect(planned({ ...NO_EFFECTS, shedFull: true })).toEqual([['cpu', 10_000]]);
});

test('each level of pressure makes it rarer as far as the configuration lets it', () => {
  const at = (level: 0 | 1 | 2 | 3) =>
    planned(effectsOf({ level, isStarvedBeyondDisk: false } as never, { stretch: 4 }));
  expect([at(0), at(1), at(2), at(3)]).toEqual([
    [
      ['cpu', 10_000],
      ['netstat', 30_000],
    ],
    [['cpu', 20_000]],
    [['cpu', 40_000]],
    [['cpu', 40_000]],
  ]);
});

test('a part of the agent keeps its own pace, or that of all', () => {
  expect(everySoOften(made('own', ['edge'], 60), config).intervalMs).toBe(60_000);
  expect(everySoOften(made('as-all', ['edge']), config).intervalMs).toBe(7_000);
});
