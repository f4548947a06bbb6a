import { readdirSync, readFileSync } from 'node:fs';
import { join, resolve } from 'node:path';
import { describe, expect, it } from 'vitest';
import { GroupRun } from '../../collector/rules/evaluation/group-run.ts';
import { loadRules } from '../../collector/rules/load.ts';
import { testWorld } from '../support/rules/bench-world.ts';
import { seriesFor } from '../support/rules/sample-data.ts';

const T0 = 1_000_000_000_000;
const FOLDER = resolve(import.meta.dirname, '../vectors/rules/community');

const load = () =>
  loadRules(
    readdirSync(FOLDER).map((name) => ({
      path: name,
      text: readFileSync(join(FOLDER, name), 'utf8'),
    })),
  );

describe('rules as communities write them', () => {
  const { groups, problems } = load();

  it('load, a few hundred of them', () => {
    expect(problems).toEqual([]);
    expect(groups.flatMap(({ rules }) => rules).length).toBeGreaterThan(300);
  });

  it('are evaluated without error, with nothing there and with series that match', async () => {
    const options = { intervalMs: 60_000, queryOffsetMs: 0, resendMs: 60_000 };
    const failed: string[] = [];
    let yielded = 0;
    for (const group of groups) {
      for (const rule of group.rules) {
        const world = testWorld();
        const run = new GroupRun({ ...group, rules: [rule] }, options);
        await run.evaluate(world, T0, () => 0);
        const data = seriesFor(rule.expr);
        for (const labels of data) {
          for (let at = 0; at < 20; at++) world.put(labels, T0 + at * 60_000, 1 + at);
        }
        const { samples } = await run.evaluate(world, T0 + 19 * 60_000, () => 0);
        if (samples > 0) yielded++;
        const error = run.rules[0]?.lastError ?? '';
        if (error !== '') failed.push(`${group.file} ${rule.name}: ${error}`);
        failed.push(...world.warnings);
      }
    }
    expect(failed).toEqual([]);
    // Most conditions are not met by made-up numbers, but enough are to see templates at work.
    expect(yielded).toBeGreaterThan(100);
  });
});
