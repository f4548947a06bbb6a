/** A run: faults at random, then the account. */
import type { Fault } from './faults/fault.ts';
import type { Pipeline } from './pipeline.ts';
import type { Random } from './random.ts';

/** Limits are for what hangs: a busy machine takes a minute to start a program. */
const DRAIN_MS = 180_000;

export async function runRounds(
  pipeline: Pipeline,
  faults: readonly Fault[],
  rounds: number,
  random: Random,
) {
  const names: string[] = [];
  await pipeline.start();
  for (let round = 0; round < rounds; round++) {
    const fault = random.pick(faults);
    names.push(fault.name);
    await new Promise((resolve) => setTimeout(resolve, random.between(50, 400)));
    try {
      await fault.run(pipeline, random);
    } catch (error) {
      throw new Error(`after ${names.join(', ')}`, { cause: error });
    }
  }
  const allowed = new Set(
    faults.filter(({ name }) => names.includes(name)).flatMap(({ allows }) => allows),
  );
  return { account: await pipeline.drain(allowed, DRAIN_MS), names };
}
