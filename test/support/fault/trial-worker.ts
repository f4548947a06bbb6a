/** A process that tries damaged folders, one job at a time: an abort in it is a finding, not an end. */
import { AGENT } from './agent-side.ts';
import { COLLECTOR } from './collector-side.ts';
import type { Job, Side, Trial } from './side.ts';

const SIDES: readonly Side[] = [AGENT, COLLECTOR];

process.on('message', ({ side, job }: { side: string; job: Job }) => {
  const found = SIDES.find(({ name }) => name === side);
  if (found === undefined) throw new Error(`no side ${side}`);
  found.try(job).then(answer, (error: unknown) => {
    const text = error instanceof Error ? (error.stack ?? error.message) : String(error);
    answer({ problems: [`did not work: ${text}`], lost: '?', told: '?', verify: '?', cpu: 0 });
  });
});

function answer(trial: Trial): void {
  process.send?.(trial);
}
