/**
 * A range query says at each step what an instant query says at that time. Windows slide over a range
 * and work is shared between steps, so this is where they could part.
 */
import { expect, it } from 'vitest';
import { PromqlEngine } from '../../collector/promql/engine/engine.ts';
import { Random } from '../../scripts/fuzz/random.ts';
import { consistencySource } from '../support/promql/consistency/data.ts';
import { stepByStep } from '../support/promql/consistency/instants.ts';
import { queryOverHistograms } from '../support/promql/consistency/queries.ts';
import { answersDiffer, isEmpty, ours } from '../support/promql/differential/answers.ts';
import { DATA_START } from '../support/promql/differential/data.ts';

const SEED = 20_261_121;
const QUERIES = 400;
const STEPS = [15_000, 60_000, 240_000, 600_000] as const;

it(`${QUERIES} random queries at 20 steps each, seed ${SEED}`, async () => {
  const engine = new PromqlEngine(consistencySource(SEED));
  const random = new Random(SEED);
  const found: string[] = [];
  let filled = 0;
  for (let i = 0; i < QUERIES; i++) {
    const expression = queryOverHistograms(random);
    const step = random.pick(STEPS);
    const start = DATA_START + random.below(100) * 60_000 + 7000;
    const range = { start, end: start + 19 * step, step };
    const whole = await ours(engine, { expression, at: start, range, ordered: false });
    if (!isEmpty(whole)) filled++;
    const wrong = answersDiffer(whole, await stepByStep(engine, expression, range), false);
    if (wrong !== undefined) found.push(`${expression} from ${start} step ${step}: ${wrong}`);
  }
  expect(found).toEqual([]);
  // Two empty answers prove little.
  expect(filled).toBeGreaterThan(QUERIES / 2);
});
