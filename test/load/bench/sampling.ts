/**
 * What a sampling cycle costs. The agent samples a few times a minute, so `--paced` matters more
 * than the tight loop: between two cycles caches cool down and V8 keeps less of the code compiled.
 */
import { setTimeout as sleep } from 'node:timers/promises';
import { openHost } from '../../../agent/io/host.ts';
import type { Host } from '../../../agent/ports.ts';
import { samplersOf } from '../../../agent/samplers/index.ts';
import type { Options, Profile, Sampler } from '../../../agent/samplers/sampler.ts';
import { optionsFor } from '../../../agent/samplers/sampler.ts';

export const describe = 'CPU of a sampling cycle, per sampler: [edge|full] [--paced] [cycles]';

/** Both are on one line of the goals: what `edge` runs every time, and what it runs each minute. */
const USUAL_INTERVAL_SECONDS = 10;
const PACE_MS = 1000;

interface Planned {
  readonly sampler: Sampler;
  readonly options: Options;
}

export async function run(args: string[]): Promise<void> {
  const profile: Profile = args.includes('full') ? 'full' : 'edge';
  const isPaced = args.includes('--paced');
  const cycles = Number(args.find((arg) => /^\d+$/.test(arg)) ?? (isPaced ? 20 : 2000));
  const host = openHost();
  const planned = samplersOf(profile).map((sampler) => ({
    sampler,
    options: optionsFor(sampler, profile),
  }));
  const each = isPaced ? () => sleep(PACE_MS) : () => Promise.resolve();

  let perCycle = 0;
  let perHour = 0;
  let series = 0;
  console.log(`profile ${profile}, ${cycles} cycles${isPaced ? ', one a second' : ''}`);
  console.log('sampler           series   every    µs CPU');
  for (const one of planned) {
    const count = await seriesOf(one, host);
    // Alone and in a tight loop: a first idea of where the time goes.
    const cost = await microseconds(host, [one], isPaced ? 5 : Math.min(cycles, 500));
    const every = one.sampler.intervalSeconds ?? USUAL_INTERVAL_SECONDS;
    series += count;
    perHour += (cost * 3600) / every;
    if (every === USUAL_INTERVAL_SECONDS) perCycle += cost;
    const columns = [
      String(count).padStart(6),
      `${every} s`.padStart(8),
      cost.toFixed(0).padStart(10),
    ];
    console.log(one.sampler.name.padEnd(16), columns.join(''));
  }
  const quick = planned.filter(({ sampler }) => sampler.intervalSeconds === undefined);
  const slow = planned.filter(({ sampler }) => sampler.intervalSeconds !== undefined);
  const quickCost = await microseconds(host, quick, cycles, each);
  const slowCost = await microseconds(host, slow, Math.ceil(cycles / 10), each);
  host.close();
  console.log(`${series} series; sum of the samplers of every cycle alone: ${ms(perCycle)} ms`);
  console.log(`one cycle of ${USUAL_INTERVAL_SECONDS} s: ${ms(quickCost)} ms CPU`);
  console.log(`all that run at longer intervals, once: ${ms(slowCost)} ms CPU`);
  console.log(`CPU an hour, samplers alone: ${(perHour / 1e6).toFixed(2)} s`);
}

async function seriesOf({ sampler, options }: Planned, host: Host): Promise<number> {
  let count = 0;
  const raw = await sampler.read(host, options);
  sampler.parse(raw, () => (count += 1), options);
  return count;
}

/** CPU of the whole process, its threads included, per cycle. */
async function microseconds(
  host: Host,
  planned: readonly Planned[],
  cycles: number,
  pause: () => Promise<unknown> = () => Promise.resolve(),
): Promise<number> {
  let checksum = 0;
  const emit = (_: unknown, value: number) => {
    checksum += value;
  };
  let spent = 0;
  for (let cycle = 0; cycle < cycles; cycle += 1) {
    const before = process.cpuUsage();
    for (const { sampler, options } of planned) {
      const answer = sampler.read(host, options);
      sampler.parse(answer instanceof Promise ? await answer : answer, emit, options);
    }
    const { user, system } = process.cpuUsage(before);
    spent += user + system;
    await pause();
  }
  if (!Number.isFinite(checksum)) console.log('a sampler reported what is no number');
  return spent / cycles;
}

function ms(microsecondsSpent: number): string {
  return (microsecondsSpent / 1000).toFixed(3);
}
