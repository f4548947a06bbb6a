import { describe, expect, it } from 'vitest';
import { ruleFixture } from '../support/rules/rule-fixture.ts';
import { tempFolder } from '../support/temp-folder.ts';

const RULES = `
groups:
- name: g
  interval: 30s
  rules:
  - record: total
    expr: sum(disk)
  - alert: Full
    expr: disk > 90
    for: 2m
    labels: {severity: page}
`;
const MINUTE = 60_000;
const disk = (instance: string) => ({ __name__: 'disk', instance });

describe('rules at work', () => {
  it('evaluate at their own aligned times, write, and tell after `for`', async () => {
    await using folder = await tempFolder('rules');
    const rules = await ruleFixture(folder.path, RULES);
    rules.put(disk('a'), 95);
    await rules.pass(MINUTE);
    expect(await rules.names('total')).toHaveLength(1);
    expect(await rules.names('ALERTS')).toMatchObject([{ alertstate: 'pending', instance: 'a' }]);
    expect(rules.sent).toEqual([]);
    rules.put(disk('a'), 95);
    await rules.pass(2 * MINUTE);
    expect(rules.sent.length).toBeGreaterThan(0);
    const [group] = rules.manager().groups();
    expect(group).toMatchObject({ name: 'g', file: 'rules.yml', intervalMs: 30_000 });
    expect(group?.rules).toMatchObject([
      { type: 'recording', name: 'total', health: 'ok' },
      { type: 'alerting', name: 'Full', state: 'firing', holdMs: 120_000 },
    ]);
    const times = (
      await rules.source.select([{ name: '__name__', op: '=', value: 'total' }], {
        from: 0,
        to: rules.clock.wall(),
      })
    )[0]?.times;
    const steps = [...(times ?? [])].map((time, i, all) => time - (all[i - 1] ?? time - 30_000));
    expect(new Set(steps)).toEqual(new Set([30_000]));
    expect(times?.length).toBe(6);
    await rules.close();
  });

  it('restore what waits, and what fires, after a restart', async () => {
    await using folder = await tempFolder('rules');
    const rules = await ruleFixture(folder.path, RULES);
    rules.put(disk('a'), 95);
    await rules.pass(MINUTE);
    rules.put(disk('a'), 95);
    const [before] = rules.manager().groups()[0]?.rules.slice(1) ?? [];
    await rules.restart(RULES);
    const activeAt = before?.type === 'alerting' ? before.alerts[0]?.activeAt : undefined;
    expect(activeAt).toBeDefined();
    await rules.pass(30_000);
    expect(rules.manager().groups()[0]?.rules[1]).toMatchObject({
      state: 'pending',
      alerts: [{ activeAt }],
    });
    rules.put(disk('a'), 95);
    await rules.pass(MINUTE);
    expect(rules.sent).toHaveLength(1);
    const startsAt = rules.sent[0]?.startsAt;
    await rules.restart(RULES);
    expect(rules.sent).toHaveLength(2);
    expect(rules.sent[1]).toMatchObject({ startsAt });
    expect(rules.sent[1]?.endsAt).toBe(rules.clock.wall() + 4 * MINUTE);
    await rules.close();
  });

  it('tell an end that the last process did not get to tell', async () => {
    await using folder = await tempFolder('rules');
    const rules = await ruleFixture(folder.path, RULES.replace('2m', '0s'));
    rules.put(disk('a'), 95);
    await rules.pass(30_000);
    expect(rules.sent).toHaveLength(1);
    rules.put(disk('a'), 5);
    rules.fails.alerts = new Error('the disk is full');
    await rules.pass(30_000);
    delete rules.fails.alerts;
    await rules.restart(RULES.replace('2m', '0s'));
    expect(rules.sent).toHaveLength(2);
    expect(rules.sent[1]?.endsAt).toBeLessThanOrEqual(rules.clock.wall());
    await rules.close();
  });

  it('hold an alert whose device went silent, over a restart too', async () => {
    await using folder = await tempFolder('rules');
    const rules = await ruleFixture(folder.path, RULES.replace('2m', '0s'));
    rules.put(disk('a'), 95);
    rules.freshness = () => 'silent';
    await rules.pass(20 * MINUTE);
    await rules.restart(RULES.replace('2m', '0s'));
    await rules.pass(20 * MINUTE);
    const over = rules.sent.filter(({ endsAt, updatedAt }) => endsAt <= updatedAt);
    expect(over).toEqual([]);
    rules.freshness = () => 'fresh';
    rules.put(disk('a'), 5);
    await rules.pass(MINUTE);
    expect(rules.sent.at(-1)?.endsAt).toBeLessThanOrEqual(rules.clock.wall());
    rules.settings = { ...rules.settings, holdSilentDevices: false };
    rules.freshness = () => 'silent';
    rules.put(disk('b'), 95);
    await rules.pass(8 * MINUTE);
    expect(rules.sent.at(-1)).toMatchObject({ labels: expect.anything() as object });
    expect(await rules.names('ALERTS{alertstate="firing"}')).toEqual([]);
    await rules.close();
  });

  it('count what they miss while an evaluation takes too long', async () => {
    await using folder = await tempFolder('rules');
    const rules = await ruleFixture(folder.path, RULES);
    let open = () => {};
    rules.gate = new Promise((resolve) => {
      open = () => resolve();
    });
    await rules.pass(30_000);
    await rules.pass(100_000);
    rules.gate = undefined;
    open();
    await rules.pass(30_000);
    const text = rules.metricsText();
    const total = (name: string) =>
      Number(new RegExp(`^muster_collector_rule_${name}\\{[^}]*\\} (\\S+)$`, 'm').exec(text)?.[1]);
    expect(total('group_iterations_missed_total')).toBe(3);
    expect(total('group_iterations_total')).toBe(6);
    expect(total('evaluations_total')).toBe(6);
    await rules.close();
  });

  it('end queries that take too long', async () => {
    await using folder = await tempFolder('rules');
    const rules = await ruleFixture(folder.path, RULES);
    rules.settings = { ...rules.settings, timeoutMs: 5_000 };
    rules.put(disk('a'), 95);
    let open = () => {};
    rules.gate = new Promise((resolve) => {
      open = () => resolve();
    });
    await rules.pass(40_000);
    rules.gate = undefined;
    open();
    await rules.pass(1_000);
    const failed = rules
      .manager()
      .groups()[0]
      ?.rules.map(({ lastError }) => lastError);
    expect(failed?.[0]).toMatch(/timed out/);
    await rules.close();
  });
});

describe('a reload', () => {
  it('keeps the state of what is the same, ends what is gone', async () => {
    await using folder = await tempFolder('rules');
    const both = `${RULES.replace('2m', '0s')}  - {alert: Other, expr: disk > 50}\n`;
    const rules = await ruleFixture(folder.path, both);
    rules.put(disk('a'), 95);
    await rules.pass(30_000);
    expect(rules.sent.map(({ labels }) => labels.get('alertname'))).toEqual(['Full', 'Other']);
    const next = RULES.replace('2m', '0s')
      .replace('disk > 90', 'disk > 80')
      .replace('total', 'sum');
    expect(await rules.manager().reload([{ path: 'rules.yml', text: next }])).toEqual([]);
    expect(rules.sent).toHaveLength(3);
    expect(rules.sent[2]?.labels.get('alertname')).toBe('Other');
    expect(rules.sent[2]?.endsAt).toBe(rules.clock.wall());
    expect(await rules.names('total')).toEqual([]);
    rules.put(disk('a'), 85);
    await rules.pass(30_000);
    expect(rules.manager().groups()[0]?.rules[1]).toMatchObject({ state: 'firing' });
    expect(await rules.names('ALERTS')).toMatchObject([{ alertname: 'Full' }]);
    await rules.close();
  });

  it('changes nothing when a file is wrong', async () => {
    await using folder = await tempFolder('rules');
    const rules = await ruleFixture(folder.path, RULES);
    const problems = await rules.manager().reload([
      { path: 'rules.yml', text: RULES },
      { path: 'bad.yml', text: RULES.replace('disk > 90', 'disk >') },
    ]);
    expect(problems).toMatchObject([
      { file: 'bad.yml', group: 'g', rule: 2, name: 'Full', line: 9 },
    ]);
    expect(rules.manager().groups()).toHaveLength(1);
    rules.put(disk('a'), 95);
    await rules.pass(30_000);
    expect(await rules.names('total')).toHaveLength(1);
    await rules.close();
  });

  it('keeps the alerts of a file that is broken at a start, until it is mended', async () => {
    await using folder = await tempFolder('rules');
    const text = RULES.replace('2m', '0s');
    const rules = await ruleFixture(folder.path, text);
    rules.put(disk('a'), 95);
    await rules.pass(30_000);
    const startsAt = rules.sent[0]?.startsAt;
    await expect(rules.restart(text.replace('disk > 90', 'disk >'))).rejects.toThrow('parse');
    expect(await rules.manager().start([])).toEqual([]);
    expect(rules.sent).toHaveLength(2);
    expect(rules.sent[1]?.endsAt).toBeGreaterThan(rules.clock.wall() + 1_000 * MINUTE);
    await rules.pass(10 * MINUTE);
    rules.freshness = () => 'silent';
    expect(await rules.manager().reload([{ path: 'rules.yml', text }])).toEqual([]);
    await rules.pass(MINUTE);
    const last = rules.sent.at(-1);
    expect(last).toMatchObject({ startsAt });
    expect(last?.endsAt).toBeGreaterThan(rules.clock.wall());
    expect(last?.endsAt).toBeLessThanOrEqual(rules.clock.wall() + 4 * MINUTE);
    await rules.close();
  });

  it('tells that the alerts of rules that went away during a stop are over', async () => {
    await using folder = await tempFolder('rules');
    const rules = await ruleFixture(folder.path, RULES.replace('2m', '0s'));
    rules.put(disk('a'), 95);
    await rules.pass(30_000);
    await rules.restart('groups: []\n');
    expect(rules.sent).toHaveLength(2);
    expect(rules.sent[1]?.endsAt).toBe(rules.clock.wall());
    await rules.restart(RULES.replace('2m', '0s'));
    expect(rules.sent).toHaveLength(2);
    await rules.close();
  });
});
