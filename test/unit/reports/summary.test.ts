/** Success rates: what counts, what comes first. And the fleet table's column of health. */
import { expect, it } from 'vitest';
import type { ReportView } from '../../../collector/core/views.ts';
import { COLUMNS, healthOf, NO_FIGURES } from '../../../collector/web/fleet/rows.ts';
import { tallyDevices, tallyTasks } from '../../../collector/work/fleet/reports-summary.ts';
import { device, NOW } from '../../support/http-fixture.ts';

function run(of: string, state: ReportView['state'], name = 'tidy'): ReportView {
  return {
    ...{ device: of, site: 'berlin', run: 'r', subject: 'task', name, kind: 'clean', state },
    ...{ startedAt: NOW, receivedAt: NOW, trigger: 'schedule', attempt: 1, text: state },
    ...{ output: '', changes: [], figures: {} },
  };
}

it('rates count what came to an end by itself', () => {
  const states = ['running', 'skipped', 'cancelled', 'succeeded', 'failed', 'timed-out'] as const;
  const [tidy, trim] = tallyTasks([
    ...states.map((state) => run('a', state)),
    run('b', 'interrupted'),
    run('b', 'skipped', 'trim'),
  ]);
  expect(tidy).toMatchObject({ name: 'tidy', runs: 7, successRate: 0.25 });
  expect(tidy?.last).toMatchObject({ device: 'a', state: 'running' });
  expect(tidy?.states).toMatchObject({ skipped: 1, interrupted: 1 });
  expect(trim).not.toHaveProperty('successRate');
});

it('devices stand worst first, those without an end last', () => {
  const runs = [
    run('c', 'skipped'),
    run('b', 'succeeded'),
    run('a', 'succeeded'),
    run('d', 'failed'),
  ];
  expect(tallyDevices(runs, 9).map((one) => one.device)).toEqual(['d', 'a', 'b', 'c']);
  expect(tallyDevices(runs, 1).map((one) => one.device)).toEqual(['d']);
});

it('the fleet table sorts by health: worst first, those that never said last', () => {
  const column = COLUMNS.find(({ key }) => key === 'health');
  const rowOf = (overall?: 'healthy' | 'degraded' | 'unhealthy') => {
    const brief = overall && { overall, reason: '', since: 0, failing: 0 };
    const { health: _, reported: __, ...rest } = device('a');
    const summary = { ...rest, held: 0, gapCount: 0, ...(brief && { health: brief }) };
    return { device: summary, figures: NO_FIGURES };
  };
  const all = ['unhealthy', 'degraded', 'healthy', undefined] as const;
  expect(all.map((overall) => column?.sort(rowOf(overall)))).toEqual([0, 1, 2, undefined]);
  expect(all.map((overall) => column?.text(rowOf(overall), NOW))).toEqual([
    'Unhealthy',
    'Degraded',
    'Healthy',
    '–',
  ]);
  expect(healthOf(rowOf().device)).toBe('unknown');
});
