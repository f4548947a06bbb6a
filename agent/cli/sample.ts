/** `muster-agent sample`: one reading of every sampler, without buffer and link. */
import type { CommandIo } from '../ports/world.ts';
import type { Host } from '../ports.ts';
import { samplers } from '../samplers/index.ts';
import type { Profile } from '../samplers/sampler.ts';
import { configuration, EXIT, parsed, UsageError } from './command.ts';
import type { Reading } from './exposition.ts';
import { json, prometheus, table } from './exposition.ts';

const OPTIONS = {
  config: { type: 'string' },
  profile: { type: 'string' },
  only: { type: 'string' },
  root: { type: 'string' },
  prometheus: { type: 'boolean' },
  json: { type: 'boolean' },
} as const;

export async function sample(args: readonly string[], io: CommandIo): Promise<number> {
  const { values } = parsed(args, OPTIONS);
  if (values.prometheus === true && values.json === true) {
    throw new UsageError('--prometheus or --json, not both');
  }
  const profile = profileFrom(values.profile);
  const only = values.only?.split(',');
  const unknown = only?.find((name) => !samplers.some((one) => one.name === name));
  if (unknown !== undefined) {
    throw new UsageError(
      `no sampler ${unknown}; there are ${samplers.map((s) => s.name).join(', ')}`,
    );
  }
  const env = profile === undefined ? io.env : { ...io.env, MUSTER_SAMPLING_PROFILE: profile };
  const loaded = await configuration(values.config, { ...io, env }, samplers);
  if (loaded === undefined) return EXIT.failed;
  const host = io.openHost(values.root);
  const readings: Reading[] = [];
  for (const one of samplers) {
    const { enabled, options, timeout } = loaded.config.samplers[one.name] ?? {};
    if (only === undefined ? enabled !== true : !only.includes(one.name)) continue;
    readings.push(await read(one, host, options ?? {}, timeout ?? one.timeoutMs));
  }
  const form = values.prometheus === true ? prometheus : values.json === true ? json : table;
  io.out(form(readings));
  for (const { name, failure } of readings) {
    if (failure !== undefined) io.err(`${name}: ${failure}\n`);
  }
  return EXIT.ok;
}

function profileFrom(text: string | undefined): Profile | undefined {
  if (text === undefined || text === 'edge' || text === 'full') return text;
  throw new UsageError(`--profile is edge or full, not ${text}`);
}

type Sampler = (typeof samplers)[number];

async function read(
  one: Sampler,
  host: Host,
  options: Parameters<Sampler['read']>[1],
  timeoutMs: number,
): Promise<Reading> {
  const points: Reading['points'][number][] = [];
  const began = performance.now();
  let failure: string | undefined;
  try {
    const raw = await within(timeoutMs, one.read(host, options));
    one.parse(raw, (metric, value, labels = []) => points.push({ metric, value, labels }), options);
  } catch (error) {
    failure = error instanceof Error ? error.message : String(error);
  }
  const seconds = (performance.now() - began) / 1000;
  return { name: one.name, points, seconds, ...(failure === undefined ? {} : { failure }) };
}

async function within<T>(timeoutMs: number, work: T | Promise<T>): Promise<T> {
  let timer: NodeJS.Timeout | undefined;
  const late = new Promise<never>((_, reject) => {
    timer = setTimeout(() => reject(new Error(`no answer within ${timeoutMs} ms`)), timeoutMs);
  });
  try {
    return await Promise.race([work, late]);
  } finally {
    clearTimeout(timer);
  }
}
