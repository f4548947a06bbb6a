import { describe, expect, it } from 'vitest';
import { GroupRun } from '../../../collector/rules/evaluation/group-run.ts';
import { type TestWorld, testWorld } from '../../support/rules/bench-world.ts';
import { groupOf } from '../../support/rules/load-one.ts';

const INTERVAL = 60_000;
const T0 = 1_000 * INTERVAL;

function run(text: string, rest = '') {
  const group = groupOf(`groups:\n- name: g\n${rest}  rules:\n${text}`);
  return new GroupRun(group, { intervalMs: INTERVAL, queryOffsetMs: 0, resendMs: 60_000 });
}

const evaluate = (group: GroupRun, world: TestWorld, minute: number) =>
  group.evaluate(world, T0 + minute * INTERVAL, () => 0);

const names = async (world: TestWorld, expression: string, minute: number) => {
  const samples = await world.query(expression, T0 + minute * INTERVAL);
  return samples.map(({ labels, value }) => ({ ...labels.toObject(), value }));
};

function firing(group: GroupRun) {
  return group.rules.flatMap(({ run: rule }) =>
    [...rule.instances.values()].map(({ labels, state }) => [labels.get('instance'), state]),
  );
}

describe('an alerting rule', () => {
  const DOWN = `  - alert: Down
    expr: up == 0
    for: 2m
    labels: {severity: "{{ if eq $value 0.0 }}page{{ else }}info{{ end }}"}
    annotations: {summary: "{{ $labels.instance }} in {{ $externalLabels.region }}: {{ $value }}"}
`;

  it('expands templates, writes ALERTS, ends them with a marker', async () => {
    const world = testWorld();
    const group = run(DOWN);
    world.put({ __name__: 'up', instance: 'a' }, T0, 0);
    await evaluate(group, world, 0);
    expect(await names(world, 'ALERTS', 0)).toEqual([
      {
        __name__: 'ALERTS',
        alertname: 'Down',
        alertstate: 'pending',
        instance: 'a',
        severity: 'page',
        value: 1,
      },
    ]);
    expect(await names(world, 'ALERTS_FOR_STATE', 0)).toMatchObject([{ value: T0 / 1000 }]);
    await evaluate(group, world, 1);
    await evaluate(group, world, 2);
    expect(await names(world, 'ALERTS', 2)).toMatchObject([{ alertstate: 'firing' }]);
    world.put({ __name__: 'up', instance: 'a' }, T0 + 3 * INTERVAL, 1);
    await evaluate(group, world, 3);
    expect(await names(world, 'ALERTS', 3)).toEqual([]);
    expect(await names(world, 'ALERTS_FOR_STATE', 3)).toEqual([]);
    expect(world.sent.map(({ annotations }) => annotations['summary'])).toEqual([
      'a in eu: 0',
      'a in eu: 0',
    ]);
  });

  it('tells a firing alert every round, good for four, and its end', async () => {
    const world = testWorld();
    const group = run(DOWN.replace('for: 2m', 'for: 0s'));
    world.put({ __name__: 'up', instance: 'a' }, T0, 0);
    for (const minute of [0, 1, 2]) await evaluate(group, world, minute);
    world.put({ __name__: 'up', instance: 'a' }, T0 + 3 * INTERVAL, 1);
    await evaluate(group, world, 3);
    const [first, second, over] = world.sent;
    expect(world.sent).toHaveLength(3);
    expect(first).toMatchObject({
      startsAt: T0,
      endsAt: T0 + 4 * INTERVAL,
      generatorUrl: 'http://muster.example:8080/graph?g0.expr=up+%3D%3D+0&g0.tab=1',
    });
    expect(second).toMatchObject({ startsAt: T0, updatedAt: T0 + 2 * INTERVAL });
    expect(over).toMatchObject({ startsAt: T0, endsAt: T0 + 3 * INTERVAL });
  });

  it('stays while its device is silent, and is told again all the time', async () => {
    const world = testWorld();
    const group = run('  - {alert: Full, expr: disk > 90}\n');
    world.put({ __name__: 'disk', instance: 'a' }, T0, 95);
    world.put({ __name__: 'disk', instance: 'b' }, T0, 95);
    await evaluate(group, world, 0);
    world.silent = (labels) => labels.get('instance') === 'a';
    await evaluate(group, world, 10);
    expect(firing(group)).toEqual([
      ['a', 'firing'],
      ['b', 'resolved'],
    ]);
    expect(world.sent.at(-2)).toMatchObject({ endsAt: T0 + 14 * INTERVAL });
    world.silent = () => false;
    await evaluate(group, world, 11);
    expect(firing(group)).toEqual([
      ['a', 'resolved'],
      ['b', 'resolved'],
    ]);
  });

  it('keeps and renews what fires when its expression fails', async () => {
    const world = testWorld();
    const group = run('  - {alert: Full, expr: disk > 90}\n');
    world.put({ __name__: 'disk', instance: 'a' }, T0, 95);
    await evaluate(group, world, 0);
    world.fails.query = new Error('too slow');
    await evaluate(group, world, 20);
    expect(group.rules[0]).toMatchObject({ health: 'err', lastError: 'too slow' });
    expect(firing(group)).toEqual([['a', 'firing']]);
    expect(world.sent.at(-1)).toMatchObject({ endsAt: T0 + 24 * INTERVAL });
  });

  it('tells people although nothing can be written, and tries again what nobody took', async () => {
    const world = testWorld();
    const group = run('  - {alert: Full, expr: disk > 90}\n');
    world.put({ __name__: 'disk', instance: 'a' }, T0, 95);
    world.fails.write = new Error('no space');
    world.fails.remember = new Error('no space');
    world.fails.notify = new Error('busy');
    await evaluate(group, world, 0);
    expect(world.sent).toEqual([]);
    delete world.fails.notify;
    await group.evaluate(world, T0 + 1, () => 0);
    expect(world.sent).toHaveLength(1);
    expect(group.rules[0]).toMatchObject({ health: 'err', lastError: 'no space' });
  });

  it('refuses two alerts with the same labels', async () => {
    const world = testWorld();
    const group = run('  - {alert: Full, expr: disk > 90, labels: {instance: all}}\n');
    world.put({ __name__: 'disk', instance: 'a' }, T0, 95);
    world.put({ __name__: 'disk', instance: 'b' }, T0, 95);
    await evaluate(group, world, 0);
    expect(group.rules[0]?.lastError).toBe(
      'vector contains metrics with the same labelset after applying alert labels',
    );
  });

  it('forgets its alerts beyond the limit', async () => {
    const world = testWorld();
    const group = run('  - {alert: Full, expr: disk > 90}\n', '  limit: 1\n');
    world.put({ __name__: 'disk', instance: 'a' }, T0, 95);
    await evaluate(group, world, 0);
    world.put({ __name__: 'disk', instance: 'b' }, T0 + INTERVAL, 95);
    await evaluate(group, world, 1);
    expect(group.rules[0]?.lastError).toBe('exceeded limit of 1 with 2 alerts');
    expect(firing(group)).toEqual([]);
  });

  it('says in the annotation that a template failed', async () => {
    const world = testWorld();
    const group = run(
      '  - alert: A\n    expr: disk > 90\n    annotations: {s: "{{ query \\"nope\\" | first | value }}"}\n',
    );
    world.put({ __name__: 'disk', instance: 'a' }, T0, 95);
    await evaluate(group, world, 0);
    expect(world.sent[0]?.annotations['s']).toMatch(
      /^<error expanding template: error executing template __alert_A: template: __alert_A:1:/,
    );
    expect(world.warnings).toHaveLength(1);
  });

  it('asks the data for other series in its templates', async () => {
    const world = testWorld();
    const group = run(`  - alert: A
    expr: disk > 90
    annotations:
      s: '{{ range query "other" }}{{ .Labels.x }}={{ .Value | humanize }} {{ end }}'
`);
    world.put({ __name__: 'disk', instance: 'a' }, T0, 95);
    world.put({ __name__: 'other', x: '1' }, T0, 1500);
    await evaluate(group, world, 0);
    expect(world.sent[0]?.annotations['s']).toBe('1=1.5k ');
  });
});

describe('a recording rule', () => {
  it('writes under its name with its labels; the next rule sees it', async () => {
    const world = testWorld();
    const group = run(`  - {record: total, expr: sum(disk), labels: {kind: "{{ x }}"}}
  - {record: twice, expr: total * 2}
  - {record: one, expr: "1"}
`);
    world.put({ __name__: 'disk', instance: 'a' }, T0, 20);
    world.put({ __name__: 'disk', instance: 'b' }, T0, 22);
    await evaluate(group, world, 0);
    expect(await names(world, 'total', 0)).toEqual([
      { __name__: 'total', kind: '{{ x }}', value: 42 },
    ]);
    expect(await names(world, 'twice', 0)).toEqual([
      { __name__: 'twice', kind: '{{ x }}', value: 84 },
    ]);
    expect(await names(world, 'one', 0)).toEqual([{ __name__: 'one', value: 1 }]);
  });

  it('ends a series that vanished, at the time of the data', async () => {
    const world = testWorld();
    const group = run('  - {record: r, expr: disk > 10}\n', '  query_offset: 30s\n');
    world.put({ __name__: 'disk', instance: 'a' }, T0 - 30_000, 20);
    await evaluate(group, world, 0);
    world.put({ __name__: 'disk', instance: 'a' }, T0 + 30_000, 5);
    await evaluate(group, world, 1);
    const [series] = await world.source.select([{ name: '__name__', op: '=', value: 'r' }], {
      from: 0,
      to: T0 + INTERVAL,
    });
    expect([...(series?.times ?? [])]).toEqual([T0 - 30_000, T0 + 30_000]);
    expect(await names(world, 'r', 1)).toEqual([]);
  });

  it.each([
    ['{record: r, expr: \'{__name__=~"disk|space"}\'}', 'same labelset after applying rule labels'],
    ['{record: r, expr: disk}', 'exceeded limit of 1 with 2 series'],
    ['{record: r, expr: \'"text"\'}', 'rule result is not a vector or scalar'],
    ['{record: r, expr: disk * on() disk}', 'many-to-many'],
  ])('%s fails: %s', async (text, reason) => {
    const world = testWorld();
    const group = run(`  - ${text}\n`, '  limit: 1\n');
    world.put({ __name__: 'disk', instance: 'a' }, T0, 20);
    world.put({ __name__: 'disk', instance: 'b' }, T0, 22);
    world.put({ __name__: 'space', instance: 'b' }, T0, 22);
    await evaluate(group, world, 0);
    expect(group.rules[0]?.lastError).toContain(reason);
    expect(group.rules[0]?.health).toBe('err');
  });
});

describe('the query offset', () => {
  it('is for data of devices; what the collector knows itself is never late', async () => {
    const world = testWorld();
    const group = groupOf(`groups:
- name: g
  rules:
  - {alert: Down, expr: up == 0}
  - {alert: Full, expr: disk > 90}
`);
    const options = { intervalMs: INTERVAL, queryOffsetMs: 90_000, resendMs: 60_000 };
    const late = new GroupRun(group, options);
    world.put({ __name__: 'up', instance: 'a' }, T0 - 1_000, 0);
    world.put({ __name__: 'disk', instance: 'a' }, T0 - 1_000, 95);
    await evaluate(late, world, 0);
    expect(world.sent.map(({ labels }) => labels.get('alertname'))).toEqual(['Down']);
    await evaluate(late, world, 2);
    expect(world.sent.map(({ labels }) => labels.get('alertname'))).toContain('Full');
  });
});

describe('a reload', () => {
  it('keeps the state of rules that are the same, ends the rest', async () => {
    const world = testWorld();
    const before = run(
      '  - {alert: A, expr: disk > 90, for: 2m}\n  - {alert: B, expr: disk > 1}\n',
    );
    world.put({ __name__: 'disk', instance: 'a' }, T0, 95);
    await evaluate(before, world, 0);
    const pool = new Map(before.rules.map((status) => [status.rule.key, status]));
    const after = run('  - {alert: A, expr: disk > 80, for: 1m}\n');
    after.adopt(pool);
    expect([...pool.values()].map(({ rule }) => rule.name)).toEqual(['B']);
    await evaluate(after, world, 1);
    expect(firing(after)).toEqual([['a', 'firing']]);
    const [gone] = [...pool.values()];
    if (gone === undefined) throw new Error('nothing is left over');
    await gone.run.retire(world, after.terms(T0 + INTERVAL, gone.run));
    expect(world.sent.at(-1)).toMatchObject({ endsAt: T0 + INTERVAL });
    expect(world.sent.at(-1)?.labels.get('alertname')).toBe('B');
    expect(await names(world, 'ALERTS', 1)).toMatchObject([{ alertname: 'A' }]);
  });
});
