/** A sample of the damage matrix; all of it by `npx tsx scripts/fault-damage.ts`. */
import { join } from 'node:path';
import { describe, expect, it } from 'vitest';
import { AGENT } from '../support/fault/agent-side.ts';
import { COLLECTOR } from '../support/fault/collector-side.ts';
import { casesOf, runCase, sample } from '../support/fault/matrix.ts';
import { TrialProcess } from '../support/fault/trial-process.ts';
import { tempFolder } from '../support/temp-folder.ts';

const SEED = 7;
const CASES = 30;

describe('one damaged file', () => {
  for (const side of [AGENT, COLLECTOR]) {
    it(`does not stop the ${side.name}, and costs no more than it held`, async () => {
      await using folder = await tempFolder('damage');
      const worker = new TrialProcess();
      try {
        const base = join(folder.path, side.name);
        await side.prepare(base);
        const failed: string[] = [];
        for (const one of sample(await casesOf(side, base, ''), CASES, SEED)) {
          const outcome = await runCase(side, base, one, SEED, worker);
          if (outcome === 'same') continue;
          for (const problem of outcome.problems)
            failed.push(`${one.state} ${one.file} ${one.damage}: ${problem}`);
        }
        expect(failed).toEqual([]);
      } finally {
        worker.end();
      }
    });
  }
});
