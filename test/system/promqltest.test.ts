/**
 * Every case of Prometheus' own tests of PromQL, and of ours in test/vectors/promql, whose results were
 * worked out by hand.
 */
import { existsSync } from 'node:fs';
import { fileURLToPath } from 'node:url';
import { describe, expect, it } from 'vitest';
import { PromqlEngine } from '../../collector/promql/engine/engine.ts';
import { EXPECTED_FAILURES } from '../../scripts/promqltest/expected-failures.ts';
import { fileReport } from '../../scripts/promqltest/report.ts';
import { runFile, testFiles } from '../../scripts/promqltest/run-file.ts';

const OURS = fileURLToPath(new URL('../vectors/promql', import.meta.url));
const THEIRS = fileURLToPath(new URL('../../../shared/peer/promqltest', import.meta.url));

async function failures(folder: string, file: string): Promise<readonly string[]> {
  const result = await runFile(folder, file, {
    engineOver: (source) => new PromqlEngine(source),
    limitMs: 20_000,
    leaveOut: new Set(),
    expectedFailures: EXPECTED_FAILURES,
  });
  expect(result.problem).toBeUndefined();
  expect(result.results.length).toBeGreaterThan(0);
  const failed = result.results.filter(({ outcome }) => outcome.status === 'failed');
  return fileReport({ file, results: failed }, false).slice(1);
}

describe('our cases', async () => {
  it.each(await testFiles(OURS))('%s', async (file) => {
    expect(await failures(OURS, file)).toEqual([]);
  });
});

describe.skipIf(!existsSync(THEIRS))(
  'Prometheus’ cases (skipped where ../shared/peer/promqltest is missing)',
  async () => {
    const files = existsSync(THEIRS) ? await testFiles(THEIRS) : ['none'];
    it.each(files)('%s', async (file) => {
      expect(await failures(THEIRS, file)).toEqual([]);
    });
  },
);
