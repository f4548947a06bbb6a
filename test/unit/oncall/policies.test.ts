import { describe, expect, it } from 'vitest';
import { readText } from '../../../collector/work/oncall/policies.ts';

const named = { receivers: new Set(['team', 'boss']), intervals: new Set(['nights']) };

const GOOD = `
escalations:
  page:
    steps:
      - receivers: [team]
      - after: 10m
        receivers: [team, boss]
    repeat: 2
    acknowledgeTimeout: 1h
routes:
  - matchers: [severity="page"]
    escalation: page
flapping: {}
silences:
  backup:
    matchers: [alertname=~"Disk.*"]
    timeIntervals: [nights]
summaries:
  morning:
    at: '06:30'
    location: Europe/Berlin
    receivers: [team]
`;

describe('the file of policies', () => {
  it('is read with its defaults', () => {
    const { policies, problems } = readText(GOOD, named);
    expect(problems).toEqual([]);
    expect(policies?.ladders.get('page')).toMatchObject({
      steps: [
        { after: 0, receivers: ['team'] },
        { after: 600_000, receivers: ['team', 'boss'] },
      ],
      repeat: 2,
      acknowledgeTimeout: 3_600_000,
    });
    expect(policies?.flapping).toEqual({ window: 3_600_000, changes: 6, hold: 900_000 });
    expect(policies?.summaries[0]?.schedule).toEqual({
      every: 'daily',
      minute: 390,
      zone: 'Europe/Berlin',
    });
  });

  it('may be empty', () => {
    expect(readText('', named).policies?.routes).toEqual([]);
    expect(readText('# nothing\n', named).policies?.flapping).toBeUndefined();
  });

  it.each([
    [
      'a receiver',
      GOOD.replace('[team, boss]', '[team, bos]'),
      'escalations.page.steps[1].receivers[1]',
      7,
    ],
    ['an interval', GOOD.replace('[nights]', '[nigts]'), 'silences.backup.timeIntervals[0]', 17],
    ['a ladder', GOOD.replace('escalation: page', 'escalation: pagee'), 'routes[0].escalation', 12],
    ['a matcher', GOOD.replace('severity="page"', 'severity=="page"'), 'routes[0].matchers[0]', 11],
    ['a zone', GOOD.replace('Europe/Berlin', 'Europe/Berln'), 'summaries.morning.location', 21],
    ['a key', GOOD.replace('repeat:', 'repeats:'), 'escalations.page.repeats', 8],
    ['a duration', GOOD.replace('10m', '10 minutes'), 'escalations.page.steps[1].after', 6],
  ])('is refused with the place of %s that is wrong', (_what, text, path, line) => {
    const { policies, problems } = readText(text, named);
    expect(policies).toBeUndefined();
    expect(problems).toMatchObject([{ path, line }]);
  });

  it('is refused where the YAML is wrong', () => {
    expect(readText('routes: [', named).problems).toMatchObject([{ code: 'syntax' }]);
  });

  it('does not ask for names while the alerting file is not read', () => {
    expect(readText(GOOD.replaceAll('team', 'nobody'), undefined).problems).toEqual([]);
  });
});
