/**
 * The samplers' part of the schema, composed from the registry: a new sampler brings its own keys
 * and nobody else is touched. What profile `edge` does not run is loaded when somebody names it.
 */

import type { Tree } from '../../protocol/config/check.ts';
import type { Environment } from '../../protocol/config/environment.ts';
import type { Schema, SchemaNode } from '../../protocol/config/schema.ts';
import { duration, flag, object, optional } from '../../protocol/config/schema.ts';
import { edgeSamplers } from '../samplers/edge.ts';
import type { Options, Profile, Sampler } from '../samplers/sampler.ts';
import { optionsFor } from '../samplers/sampler.ts';

/** One sampler with everything decided. */
export interface SamplerConfig {
  readonly enabled: boolean;
  /** Milliseconds between two samples. */
  readonly interval: number;
  /** Milliseconds after which a reading counts as failed. */
  readonly timeout: number;
  /** The same object until the configuration changes, as samplers ask for it. */
  readonly options: Options;
}

interface Written extends Options {
  readonly enabled?: boolean;
  readonly interval?: number;
  readonly timeout?: number;
}

export type SamplerSettings = Readonly<Record<string, Written>>;

const EDGE_NAMES: ReadonlySet<string> = new Set(edgeSamplers.map(({ name }) => name));

/** The registry as far as these samplers need it. */
export async function samplersNamed(names: readonly string[]): Promise<readonly Sampler[]> {
  if (names.every((name) => EDGE_NAMES.has(name))) return edgeSamplers;
  return (await import('../samplers/index.ts')).samplers;
}

/** The registry as far as an agent with this configuration needs it. */
export function samplersSwitchedOn(
  samplers: Readonly<Record<string, SamplerConfig>>,
): Promise<readonly Sampler[]> {
  return samplersNamed(Object.keys(samplers).filter((name) => samplers[name]?.enabled));
}

/**
 * The registry as far as this file and environment need it. When in doubt, all of it: a name that
 * nobody knows is then refused with the nearest one there is.
 */
export async function samplersMentioned(tree: unknown, env: Environment) {
  const { sampling, samplers } = Object(tree) as Readonly<Record<string, unknown>>;
  const { profile = 'edge' } = Object(sampling) as { profile?: unknown };
  const variables = Object.keys(env).filter((name) => MENTIONS.test(name) && env[name] !== '');
  const isPlain = profile === 'edge' && variables.length === 0;
  return samplersNamed(isPlain ? Object.keys(Object(samplers) as object) : ['*']);
}

const MENTIONS = /^MUSTER_(SAMPLERS_|SAMPLING_PROFILE$)/;

export function samplersSchema(samplers: readonly Sampler[]): Schema<SamplerSettings> {
  return {
    ...object(
      'One group for each sampler, by its name.',
      Object.fromEntries(samplers.map((one) => [one.name, samplerSchema(one)])),
    ),
  } as SchemaNode;
}

function samplerSchema(one: Sampler): Schema<Written> {
  const on = one.profiles.length === 0 ? 'off' : `on in ${one.profiles.join(' and ')}`;
  const { properties = {} } = (one.options ?? {}) as SchemaNode;
  return object(`${one.summary}; ${on} by default.`, {
    enabled: optional(flag('Whether it runs. Default: as its profiles say.', { remote: true })),
    interval: optional(
      duration(
        one.intervalSeconds === undefined
          ? 'Time between two samples. Default: sampling.interval.'
          : `Time between two samples. Default: ${one.intervalSeconds}s.`,
        { min: '1s', max: '1d', remote: true },
      ),
    ),
    timeout: duration('A reading that takes longer counts as failed.', {
      default: `${one.timeoutMs}ms`,
      min: '10ms',
      max: '10m',
      remote: true,
    }),
    ...properties,
  }) as SchemaNode;
}

/**
 * What each sampler runs with. Only options that somebody wrote are laid over the profile's: the
 * schema's own defaults are those of `edge`, and the sampler knows them.
 */
export function resolveSamplers(
  samplers: readonly Sampler[],
  settings: SamplerSettings,
  written: Tree,
  profile: Profile,
  interval: number,
): Readonly<Record<string, SamplerConfig>> {
  const all = (written['samplers'] ?? {}) as Readonly<Record<string, Tree | null>>;
  return Object.fromEntries(
    samplers.map((one) => {
      const mine = settings[one.name] ?? {};
      const own = new Set(Object.keys(all[one.name] ?? {}));
      const { enabled, interval: every, timeout, ...options } = mine;
      const kept = Object.entries(options).filter(([key]) => own.has(key));
      const config: SamplerConfig = {
        enabled: enabled ?? one.profiles.includes(profile),
        interval: every ?? ((one.intervalSeconds ?? 0) * 1000 || interval),
        timeout: timeout ?? one.timeoutMs,
        options: optionsFor(one, profile, Object.fromEntries(kept)),
      };
      return [one.name, config];
    }),
  );
}
