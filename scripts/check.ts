// npm run check: everything that can be known without starting a program, in under a minute.
// Steps run two at a time; one that failed, or in which a test was unsteady, shows what its tool said.
// Names of what failed are repeated last.
import { type Outcome, type Step, steps } from './check/steps.ts';

const AT_A_TIME = 2;

const seconds = (since: number): string => `${((performance.now() - since) / 1000).toFixed(1)} s`;

async function attempt(step: Step): Promise<Outcome> {
  try {
    return await step.run();
  } catch (error) {
    return { ok: false, output: String(error) };
  }
}

async function runStep(step: Step): Promise<boolean> {
  const start = performance.now();
  const { ok, output, note, doubtful = false } = await attempt(step);
  const line = [step.name.padEnd(24), seconds(start).padStart(7), ok ? (note ?? '') : ''];
  console.log(`${ok ? 'ok  ' : 'FAIL'} ${line.join('  ').trimEnd()}`);
  if (!ok || doubtful) console.log(output.trimEnd().replace(/^/gm, '     | '));
  return ok;
}

async function worker(waiting: Step[], failed: string[]): Promise<void> {
  for (let step = waiting.shift(); step !== undefined; step = waiting.shift()) {
    if (!(await runStep(step))) failed.push(step.name);
  }
}

const start = performance.now();
const failed: string[] = [];
const waiting = [...steps];
await Promise.all(Array.from({ length: AT_A_TIME }, () => worker(waiting, failed)));
const took = seconds(start);
console.log(
  failed.length === 0
    ? `check: ${steps.length} of ${steps.length} steps passed in ${took}`
    : `check: failed: ${failed.join(', ')} (${steps.length} steps in ${took})`,
);
process.exitCode = failed.length === 0 ? 0 : 1;
