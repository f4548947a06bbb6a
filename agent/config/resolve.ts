/** From settings to what the program runs with: defaults that depend on the machine, rules between keys. */
import { isAbsolute, join, resolve } from 'node:path';
import type { Tree } from '../../protocol/config/check.ts';
import type { Infer } from '../../protocol/config/schema.ts';
import type { Secret } from '../../protocol/config/secret.ts';
import { defaultDeviceId } from '../../protocol/ids.ts';
import type { Sampler } from '../samplers/sampler.ts';
import type { CareConfig, CareSettings } from './care.ts';
import type { SamplerConfig } from './samplers.ts';
import { resolveSamplers } from './samplers.ts';
import type { agentSchemaWith } from './schema.ts';

/** What passes the schema. Durations are milliseconds, sizes bytes. */
export type AgentSettings = Infer<ReturnType<typeof agentSchemaWith>>;

type BrokerSettings = AgentSettings['broker'];

/** What the agent runs with. Durations are milliseconds, sizes bytes, paths absolute. */
export interface AgentConfig
  extends Omit<AgentSettings, 'broker' | 'samplers' | 'socket' | keyof CareSettings>,
    Partial<CareConfig> {
  readonly device: string;
  readonly broker: Omit<BrokerSettings, 'password' | 'passwordFile'> & {
    readonly password?: Secret;
  };
  /** By name: those of profile `edge`, and all others as soon as one of them is wanted. */
  readonly samplers: Readonly<Record<string, SamplerConfig>>;
  readonly socket: { readonly path: string };
  /** Where relative paths start. */
  readonly folder: string;
}

/** The part of what looks after the device, when the file speaks of it. */
export type CareResolver = (folder: string, socket: string) => CareConfig;

/** What the defaults need to know of the machine. */
export interface AgentFacts {
  readonly hostname: string;
  readonly machineId: string | undefined;
  readonly isRoot: boolean;
  /** The runtime folder that the service manager made for the agent. */
  readonly runtimeDirectory: string | undefined;
  /** Where relative paths start. */
  readonly folder: string;
}

export function resolveAgent(
  samplers: readonly Sampler[],
  settings: AgentSettings,
  written: Tree,
  facts: AgentFacts,
  password: Secret | undefined,
  care: CareResolver | undefined,
): AgentConfig {
  const { hostname, machineId, folder } = facts;
  const { password: _, passwordFile: __, ...broker } = settings.broker;
  const { profile, interval } = settings.sampling;
  const data = resolve(folder, settings.data);
  const socket = resolve(folder, settings.socket.path ?? defaultSocket(data, facts));
  const { site, labels, log, publish, sampling, buffer, clock, link, inventory } = settings;
  return {
    ...{ site, labels, log, publish, sampling, buffer, clock, link, inventory },
    ...care?.(folder, socket),
    folder,
    data,
    device: settings.device ?? defaultDeviceId(hostname, machineId ?? hostname),
    broker: {
      ...absolute(broker, folder),
      ...(password === undefined ? {} : { password }),
    },
    samplers: resolveSamplers(samplers, settings.samplers, written, profile, interval),
    socket: { path: socket },
  };
}

function defaultSocket(data: string, { isRoot, runtimeDirectory }: AgentFacts): string {
  const folder = runtimeDirectory ?? (isRoot ? '/run/muster' : data);
  return join(folder, 'agent.sock');
}

function absolute<B extends Omit<BrokerSettings, 'password' | 'passwordFile'>>(
  broker: B,
  folder: string,
): B {
  const files = (['caFile', 'certFile', 'keyFile'] as const)
    .map((key) => [key, broker[key]] as const)
    .filter(([, path]) => path !== undefined && !isAbsolute(path));
  return {
    ...broker,
    ...Object.fromEntries(files.map(([key, path]) => [key, resolve(folder, path ?? '')])),
  };
}
