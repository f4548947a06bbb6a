/** A storm of alerts over a process that is killed at random: none forgotten, none lost, none told twice unasked. */
import { mkdtemp, rm } from 'node:fs/promises';
import { tmpdir } from 'node:os';
import { join } from 'node:path';
import { describe, expect, it } from 'vitest';
import { bundleVictim } from './alert-storm/child.ts';
import { storm } from './alert-storm/storm.ts';

const SEED = Number(process.env['MUSTER_TEST_SEED'] ?? Date.now() % 1_000_000);

describe('alerts under kills', () => {
  it('are all told, and told again only with the same key', async () => {
    const folder = await mkdtemp(join(tmpdir(), 'mstr-alerts-'));
    try {
      const result = await storm(await bundleVictim(), folder, 10, SEED);
      expect(result.problems, `seed ${SEED}`).toEqual([]);
      expect(result.messages).toBeGreaterThan(20);
    } finally {
      await rm(folder, { recursive: true, force: true });
    }
  });
});
