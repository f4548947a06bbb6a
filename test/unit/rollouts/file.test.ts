/** The rollout file: its published schema, its windows, its gates. */
import { readFileSync } from 'node:fs';
import { describe, expect, it } from 'vitest';
import {
  alarm,
  hasEnded,
  judge,
  type Observations,
} from '../../../collector/core/rollouts/gates.ts';
import { schemaDocument } from '../../../collector/core/rollouts/schema-document.ts';
import { inWindow } from '../../../collector/core/rollouts/windows.ts';
import { readFile } from '../../../collector/work/rollouts/file.ts';
import { defaultFile } from '../../support/rollouts/default-file.ts';
import { planOf } from '../../support/rollouts/plans.ts';

describe('the rollout file', () => {
  it('has the schema that is published', () => {
    const file = new URL('../../../docs/schemas/rollout.schema.json', import.meta.url);
    expect(JSON.parse(readFileSync(file, 'utf8'))).toEqual(
      JSON.parse(JSON.stringify(schemaDocument())),
    );
  });

  it('is as in the documentation', async () => {
    const plan = await readFile(defaultFile(), () => []);
    expect(plan.stages.map(({ name }) => name)).toEqual(['canary', 'few', 'some', 'all']);
    expect(plan.stages.map(({ after }) => after)).toEqual([[], ['canary'], ['few'], ['some']]);
  });

  it('names the line of what is wrong', async () => {
    const text =
      'packages:\n  - name: app\n    version: 1.0.0\nstages:\n  - name: a\n    share: 10\n    after: [b]\n';
    await expect(readFile(text, () => [])).rejects.toThrow(
      'line 7: stages.0.after.0: b is no stage before this one',
    );
    await expect(readFile('a: [', () => [])).rejects.toThrow(/line 1/);
    await expect(readFile('x'.repeat(70_000), () => [])).rejects.toThrow('65536');
  });
});

describe('maintenance windows', () => {
  const night = [{ times: ['22:00-05:00'], weekdays: ['fri' as const], zone: 'Europe/Berlin' }];

  it('run past midnight into the next day, in their zone', () => {
    // A Friday in winter: Berlin is an hour ahead.
    expect(inWindow(night, Date.UTC(2026, 10, 20, 20, 59))).toBe(false);
    expect(inWindow(night, Date.UTC(2026, 10, 20, 21, 0))).toBe(true);
    expect(inWindow(night, Date.UTC(2026, 10, 21, 3, 59))).toBe(true);
    expect(inWindow(night, Date.UTC(2026, 10, 21, 4, 0))).toBe(false);
    expect(inWindow(night, Date.UTC(2026, 10, 21, 22, 0))).toBe(false);
    expect(inWindow([], 0)).toBe(true);
  });
});

describe('gates', () => {
  const [stage] = planOf({
    stages: [
      {
        name: 'a',
        share: 100,
        gates: { success: 80, errors: 3, soak: '1m', expressions: [{ expr: 'up == 0', most: 10 }] },
      },
    ],
  }).stages;
  if (stage === undefined) throw new Error('no stage');
  const { gates } = stage;
  const seen = (
    more: Partial<Observations['tally']>,
    rest: Partial<Observations> = {},
  ): Observations => ({
    tally: { members: 100, succeeded: 0, failed: 0, quiet: false, ...more },
    control: 'inconclusive',
    measures: [],
    ...rest,
  });
  const measure = { at: 100, bad: 1, of: 20, problem: '' };

  it('stop at too many errors, at a share that cannot be reached, at a comparison, at an expression', () => {
    expect(alarm(gates, seen({ failed: 3 }))).toBeUndefined();
    expect(alarm(gates, seen({ failed: 4 }))).toContain('4 devices failed, 3 may');
    expect(alarm(gates, seen({ members: 10, failed: 3 }))).toContain('cannot be reached');
    expect(alarm(gates, seen({ succeeded: 7, failed: 2, quiet: true }))).toContain('80 % must');
    expect(alarm(gates, seen({}, { control: 'stop' }))).toContain('more often');
    expect(alarm(gates, seen({}, { measures: [{ ...measure, bad: 3 }] }))).toContain('3 of 20');
    expect(alarm(gates, seen({}, { measures: [{ ...measure, bad: 2 }] }))).toBeUndefined();
  });

  it('hold a stage until half of it has ended, and its expressions were asked after the soak time', () => {
    expect(hasEnded(gates, seen({ succeeded: 49, quiet: true }).tally)).toBe(false);
    expect(hasEnded(gates, seen({ succeeded: 50, quiet: true }).tally)).toBe(true);
    expect(hasEnded(gates, seen({ succeeded: 90 }).tally)).toBe(false);
    expect(hasEnded(gates, seen({ members: 0, quiet: true }).tally)).toBe(true);
    const ended = { succeeded: 100, quiet: true };
    expect(judge(gates, seen(ended)).verdict).toBe('wait');
    expect(judge(gates, seen(ended, { soakedAt: 90 })).why).toContain('not asked yet');
    expect(judge(gates, seen(ended, { soakedAt: 101, measures: [measure] })).verdict).toBe('wait');
    expect(
      judge(gates, seen(ended, { soakedAt: 90, measures: [{ ...measure, problem: 'timeout' }] }))
        .why,
    ).toContain('timeout');
    expect(judge(gates, seen(ended, { soakedAt: 90, measures: [measure] })).verdict).toBe('go');
  });
});
