/** How far bad builds get, how seldom good ones are stopped, and how soon many are told to go back. */
import { performance } from 'node:perf_hooks';
import { parseArgs } from 'node:util';
import { readFile } from '../../../collector/work/rollouts/file.ts';
import { MemoryCatalog } from '../../support/alerting/memory-catalog.ts';
import { defaultFile } from '../../support/rollouts/default-file.ts';
import { type FleetOptions, SimulatedFleet } from '../../support/rollouts/fleet.ts';

export const describe =
  'rollouts by the default file: [--devices N (100000); 0: no bad ones] [--good N (1000)] [--good-devices N (1000)] [--seed N (1)]';

const DAY = 86_400_000;

export async function run(args: string[]): Promise<void> {
  const { values } = parseArgs({
    args,
    options: {
      devices: { type: 'string', default: '100000' },
      good: { type: 'string', default: '1000' },
      'good-devices': { type: 'string', default: '1000' },
      seed: { type: 'string', default: '1' },
    },
  });
  const devices = Number(values.devices);
  if (devices > 0) await badOnes(devices);
  await falseStops(Number(values.good), Number(values['good-devices']), Number(values.seed));
}

async function badOnes(devices: number): Promise<void> {
  await bad('100 % bad', { devices, bad: 100 });
  await bad('100 % bad, silent', { devices, bad: 100, silent: true });
  for (let seed = 1; seed <= 5; seed++)
    await bad(`20 % bad, seed ${seed}`, { devices, seed, bad: 20, background: 1, install: 1 });
  for (let seed = 1; seed <= 5; seed++)
    await bad(`10 % bad, seed ${seed}`, { devices, seed, bad: 10, background: 1, install: 1 });
  await bad('20 % bad, silent', { devices, bad: 20, silent: true, background: 1, install: 1 });
  await goingBack(10_000);
}

async function roll(options: FleetOptions) {
  const fleet = new SimulatedFleet(options);
  const engine = await fleet.collector(new MemoryCatalog());
  const rollout = await fleet.start(engine, await readFile(defaultFile(), () => []));
  const rests = () => rollout.record.state !== 'running' && rollout.record.state !== 'reverting';
  await fleet.pass(5 * DAY, 10_000, rests);
  await engine.stop();
  return { fleet, rollout };
}

async function bad(name: string, options: FleetOptions): Promise<void> {
  const from = performance.now();
  const { fleet, rollout } = await roll(options);
  const share = ((fleet.reached / options.devices) * 100).toFixed(3);
  const seconds = ((performance.now() - from) / 1000).toFixed(0);
  console.log(
    `${name.padEnd(20)} reached ${fleet.reached} of ${options.devices} (${share} %), ${rollout.record.state}: ${rollout.record.why} [${seconds} s]`,
  );
}

/** Simulated seconds from the order to the last device, and the work that it took. */
async function goingBack(devices: number): Promise<void> {
  const fleet = new SimulatedFleet({ devices });
  const catalog = new MemoryCatalog();
  const engine = await fleet.collector(catalog);
  const rollout = await fleet.start(engine, await readFile(defaultFile(), () => []));
  await fleet.pass(5 * DAY, 10_000, () => rollout.record.state === 'done');
  await fleet.pass(5_000);
  const [wants, writes, wall] = [fleet.wants, catalog.writes, fleet.clock.wall()];
  const from = performance.now();
  await engine.act(rollout.record.id, { action: 'rollback', by: 'ada', comment: '' });
  await fleet.pass(120_000, 1_000, () => fleet.wants - wants >= devices);
  const simulated = (fleet.clock.wall() - wall) / 1000;
  const seconds = ((performance.now() - from) / 1000).toFixed(2);
  console.log(
    `${'roll back'.padEnd(20)} ${fleet.wants - wants} of ${devices} told within ${simulated} s (simulated), ${catalog.writes - writes} writes, ${seconds} s of work`,
  );
  await engine.stop();
}

async function falseStops(rollouts: number, devices: number, first: number): Promise<void> {
  const from = performance.now();
  let stops = 0;
  for (let seed = first; seed < first + rollouts; seed++) {
    const { rollout } = await roll({ devices, seed, background: 1, install: 1 });
    const done = seed - first + 1;
    if (done % 100 === 0) console.log(`  ${done} good rollouts, ${stops} stopped`);
    if (rollout.record.state === 'done') continue;
    stops += 1;
    console.log(`  seed ${seed}: ${rollout.record.state}: ${rollout.record.why}`);
  }
  const seconds = ((performance.now() - from) / 1000).toFixed(0);
  console.log(
    `${'good rollouts'.padEnd(20)} ${stops} of ${rollouts} stopped (${devices} devices each, 1 % of the installations and 1 % of all devices fail) [${seconds} s]`,
  );
}
