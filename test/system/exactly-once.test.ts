/**
 * Agent, collector, broker and link fail at random under load; at the end every reading is in the
 * store exactly once, or inside a gap that the fault allows.
 */
import { existsSync } from 'node:fs';
import { mkdtemp, rm } from 'node:fs/promises';
import { tmpdir } from 'node:os';
import { join } from 'node:path';
import { afterAll, beforeAll, describe, expect, it } from 'vitest';
import { usableFaults } from '../support/pipeline/faults/index.ts';
import { Pipeline } from '../support/pipeline/pipeline.ts';
import { bundlePrograms } from '../support/pipeline/programs.ts';
import { Random } from '../support/pipeline/random.ts';
import { runRounds } from '../support/pipeline/rounds.ts';

const MOSQUITTO = '/usr/sbin/mosquitto';
const SEED = Number(process.env['MUSTER_TEST_SEED'] ?? Date.now() % 1_000_000);

/**
 * Older and damaged copies have tests of their own; they may cost much of what a short run reads, and
 * restoring takes several lives. `npm run fault` has them.
 */
const LONG = /set back|restored|damaged|dictionaries/;

describe('exactly once', () => {
  let folder = '';
  let programs: Awaited<ReturnType<typeof bundlePrograms>>;
  beforeAll(async () => {
    folder = await mkdtemp(join(tmpdir(), 'muster-once-'));
    programs = await bundlePrograms();
  });
  afterAll(() => rm(folder, { recursive: true, force: true }));

  const check = async (name: string, rounds: number, mosquitto?: string) => {
    const options = { folder: join(folder, name), programs, intervalMs: 50, batchMs: 250 };
    const pipeline = await Pipeline.open(
      mosquitto === undefined ? options : { ...options, mosquitto },
    );
    try {
      const faults = usableFaults(pipeline).filter(({ name }) => !LONG.test(name));
      const { account, names } = await runRounds(pipeline, faults, rounds, new Random(SEED));
      const what = `seed ${SEED}, ${names.join(', ')}`;
      expect(account.lost, what).toEqual([]);
      expect(account.twice, what).toEqual([]);
      expect(account.invented, what).toEqual([]);
      expect(account.misplaced, what).toEqual([]);
      expect(account.forbidden, what).toEqual([]);
      expect(account.readings, what).toBeGreaterThan(rounds);
      expect(account.excused, what).toBeLessThan(account.readings / 10);
    } finally {
      await pipeline.close();
    }
  };

  it('survives 30 faults with the embedded broker', () => check('embedded', 30), 600_000);

  it.skipIf(!existsSync(MOSQUITTO))(
    'survives 20 faults with an external broker (mosquitto)',
    () => check('external', 20, MOSQUITTO),
    600_000,
  );
});
