import { describe, expect, it } from 'vitest';
import { groupOf, problemsOf } from '../../support/rules/load-one.ts';

const rule = (lines: string) =>
  `groups:\n- name: g\n  rules:\n  - ${lines.replaceAll('\n', '\n    ')}\n`;

describe('a good file', () => {
  it('yields groups with everything in them', () => {
    const group = groupOf(`
groups:
  - name: g
    interval: 30s
    query_offset: 90s
    limit: 5
    labels: {team: edge, severity: low}
    rules:
      - record: job:up:sum
        expr: sum by(job)(up)
        labels: {kind: 1.10}
      - alert: Down
        expr: up == 0
        for: 1h30m
        keep_firing_for: 5m
        labels: {severity: page}
        annotations: {summary: "{{ $labels.instance }}"}
`);
    expect(group).toMatchObject({
      name: 'g',
      key: 'rules.yml;g',
      intervalMs: 30_000,
      queryOffsetMs: 90_000,
      limit: 5,
    });
    expect(group.rules).toMatchObject([
      {
        kind: 'recording',
        name: 'job:up:sum',
        query: 'sum by (job) (up)',
        labels: { team: 'edge', severity: 'low', kind: '1.10' },
      },
      {
        kind: 'alerting',
        name: 'Down',
        query: 'up == 0',
        holdMs: 5_400_000,
        keepFiringMs: 300_000,
        labels: { team: 'edge', severity: 'page' },
        annotations: { summary: '{{ $labels.instance }}' },
      },
    ]);
  });

  it('may be empty', () => {
    expect(problemsOf('')).toEqual([]);
    expect(problemsOf('groups:\n')).toEqual([]);
    expect(problemsOf('groups: []\n')).toEqual([]);
  });

  it('gives rules that stand twice keys of their own', () => {
    const { rules } = groupOf(`
groups:
- name: g
  rules:
  - {alert: A, expr: up == 0}
  - {alert: A, expr: up == 1}
`);
    expect(new Set(rules.map(({ key }) => key)).size).toBe(2);
  });
});

describe('a broken file is refused with file, group, rule and position', () => {
  it.each([
    [rule('alert: A\nexpr: up ==\n'), 'r.yml:5:16: group "g", rule 1, "A": could not parse'],
    [rule('alert: A\nexpr: |\n  up\n    and foo)\n'), 'r.yml:7:17'],
    [rule('record: a\nalert: b\nexpr: up\n'), "only one of 'record' and 'alert' must be set"],
    [rule('expr: up\n'), "r.yml:4:5: group \"g\", rule 1: one of 'record' or 'alert' must be set"],
    [rule('alert: A\n'), "field 'expr' must be set in rule"],
    [
      rule('record: a\nexpr: up\nfor: 5m\n'),
      'r.yml:6:10: group "g", rule 1, "a": invalid field \'for\'',
    ],
    [rule('record: a\nexpr: up\nannotations: {a: b}\n'), "invalid field 'annotations'"],
    [rule('record: a{b="c"}\nexpr: up\n'), 'braces present in the recording rule name'],
    [rule('alert: A\nexpr: up\nlabels: {__name__: x}\n'), 'invalid label name: "__name__"'],
    [rule('alert: A\nexpr: up\nfor: 5 minutes\n'), 'not a valid duration string: "5 minutes"'],
    [rule('alert: A\nexpr: up\nfor: ""\n'), 'not a valid duration string'],
    [rule('alert: A\nexpr: up\nfro: 5m\n'), 'unknown field "fro" in a rule; did you mean for?'],
    [rule('alert: A\nexpr: up\nannotation: {a: b}\n'), 'did you mean annotations?'],
    [rule('alert: A\nexpr: up\nlabels: {a: "{{ $labels.x"}\n'), 'label "a": '],
    [rule('alert: A\nexpr: up\nannotations: {a: "{{ nofun 1 }}"}\n'), 'annotation "a": '],
    [rule('alert: A\nexpr: up\nlabels: [a]\n'), 'labels must be a mapping, not a list'],
    ['groups:\n- rules: []\n', 'r.yml:2:3: Groupname must not be empty'],
    ['groups:\n- name: a\n- name: a\n', 'r.yml:3:3: groupname: "a" is repeated in the same file'],
    ['groups:\n- name: a\n  limit: x\n', 'limit must be a whole number'],
    ['groups:\n- name: a\n  intervall: 1m\n', 'did you mean interval?'],
    ['group:\n- name: a\n', 'did you mean groups?'],
    ['groups: {a: b}\n', 'groups must be a list'],
    ['groups:\n- name: a\n  name: b\n', 'is given twice'],
    ['groups: [', 'not valid YAML'],
  ])('%j', (text, expected) => {
    const problems = problemsOf(text);
    expect(problems.length).toBeGreaterThan(0);
    expect(problems.join('\n')).toContain(expected);
    expect(problems[0]).toMatch(/^r\.yml(:\d+:\d+)?: /);
  });

  it('names every problem of a file at once', () => {
    const text = `
groups:
- name: g
  rules:
  - {alert: A, expr: "up ="}
  - {record: b, expr: up, for: 1m}
  - {alert: C, expr: up, labels: {"": x}}
`;
    const problems = problemsOf(text);
    expect(problems).toHaveLength(3);
    expect(problems.map((one) => /rule (\d)/.exec(one)?.[1])).toEqual(['1', '2', '3']);
  });

  it('tells the place in a quoted expression', () => {
    expect(problemsOf(rule('alert: A\nexpr: "sum(up"\n'))[0]).toContain('r.yml:5:');
  });
});
