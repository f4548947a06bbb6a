/**
 * The same samples in Debian's Prometheus and in ours, the same queries to both, the same answers.
 *
 * Debian's is 2.42. Where Prometheus 3 means something else the data keeps away from it (no sample
 * and no step of a subquery lies on the left end of a range), or `DIFFERENT` says why.
 */
import { existsSync } from 'node:fs';
import { afterAll, beforeAll, describe, expect, it } from 'vitest';
import { PromqlEngine } from '../../collector/promql/engine/engine.ts';
import { MemorySource } from '../../collector/promql/memory-source.ts';
import { Random } from '../../scripts/fuzz/random.ts';
import { PROMETHEUS, type Prometheus, startPrometheus } from '../support/prometheus.ts';
import { answersDiffer, isEmpty, ours, theirs } from '../support/promql/differential/answers.ts';
import { fill, recordedFleet } from '../support/promql/differential/data.ts';
import { differentReason } from '../support/promql/differential/different.ts';
import { randomQuery } from '../support/promql/differential/generator.ts';
import { LISTED } from '../support/promql/differential/listed.ts';
import {
  instantQuestion,
  type Question,
  rangeQuestion,
} from '../support/promql/differential/question.ts';
import { sendFleet } from '../support/promql/differential/send.ts';

const SEED = 20_261_121;
const RANDOM_QUERIES = 500;

describe.skipIf(!existsSync(PROMETHEUS))(
  'equal answers (skipped where /usr/bin/prometheus is missing)',
  () => {
    const engine = { current: new PromqlEngine(new MemorySource()) };
    let prometheus: Prometheus;

    beforeAll(async () => {
      const fleet = recordedFleet(SEED);
      engine.current = new PromqlEngine(fill(new MemorySource(), fleet));
      prometheus = await startPrometheus({ receives: true });
      await sendFleet(prometheus.url, fleet);
    });

    afterAll(() => prometheus?.stop());

    async function disagreements(questions: readonly Question[]): Promise<readonly string[]> {
      const found: string[] = [];
      let filled = 0;
      for (const question of questions) {
        const [a, b] = [
          await theirs(prometheus.url, question),
          await ours(engine.current, question),
        ];
        if (!isEmpty(a)) filled++;
        const wrong = answersDiffer(a, b, question.ordered);
        if (wrong === undefined || differentReason(question.expression) !== undefined) continue;
        const kind = question.range === undefined ? 'instant' : 'range';
        found.push(`${kind} ${question.expression} at ${question.at}: theirs and ours: ${wrong}`);
      }
      // Two empty answers prove little.
      expect(filled).toBeGreaterThan(questions.length / 2);
      return found;
    }

    it(`${LISTED.length} listed queries at two instants`, async () => {
      const questions = LISTED.flatMap((text) => [
        instantQuestion(text, 30),
        instantQuestion(text, 91),
      ]);
      expect(await disagreements(questions)).toEqual([]);
    });

    it('the same over ranges', async () => {
      const questions = LISTED.map((text, i) => rangeQuestion(text, i % 40, 10 + (i % 31)));
      expect(await disagreements(questions)).toEqual([]);
    });

    it(`${RANDOM_QUERIES} random queries, seed ${SEED}`, async () => {
      const random = new Random(SEED);
      const questions = Array.from({ length: RANDOM_QUERIES }, () => {
        const text = randomQuery(random);
        const minute = random.below(110);
        return random.chance(2)
          ? instantQuestion(text, minute)
          : rangeQuestion(text, minute % 60, 40);
      });
      expect(await disagreements(questions)).toEqual([]);
    });
  },
);
