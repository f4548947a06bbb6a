/** `tasks`, `windows` and `metered`: what is refused and why, what is decided, what is loaded. */
import { describe, expect, test } from 'vitest';
import { loadCron, noCron } from '../../agent/config/cron.ts';
import {
  meteredSchema,
  resolveTasks,
  tasksMentioned,
  tasksOf,
  tasksRules,
  tasksSchema,
  windowsSchema,
} from '../../agent/config/tasks.ts';
import { loadTask, taskKinds } from '../../agent/tasks/index.ts';
import { check } from '../../protocol/config/check.ts';
import { object, type SchemaNode } from '../../protocol/config/schema.ts';

const kinds = await Promise.all(taskKinds.map((one) => one.load()));
const cron = await loadCron();
const schema = object('', {
  tasks: tasksSchema(kinds),
  windows: windowsSchema,
  metered: meteredSchema,
});

const night = { days: ['mon', 'sun'], from: '23:00', to: '02:30', timezone: 'Europe/Berlin' };

function problems(tasks: object, windows: object = { night }): string[] {
  const { value, problems } = check(schema, { tasks, windows });
  const found = value === undefined ? problems : tasksRules(kinds, value, cron);
  return found.map(({ keys, message }) => `${keys.join('.')}: ${message}`);
}

test('everything is decided: defaults, quantities, windows and schedules', () => {
  const tasks = {
    tidy: {
      compact: {},
      root: false,
      schedule: { monthly: '31 03:00', timezone: 'Europe/Berlin', jitter: '30m', missed: 'skip' },
      window: 'night',
      conditions: { mains: true, maxLoad: 1.5, unmetered: true, minFree: { bytes: '1GiB' } },
      priority: 7,
      timeout: '2m',
      retries: { count: 2, delay: '1m' },
    },
    plain: { compact: {} },
  };
  expect(problems(tasks)).toEqual([]);
  const { value } = check(schema, { tasks, windows: { night } });
  if (value === undefined) throw new Error('refused');
  const { tasks: resolved, metered } = resolveTasks(kinds, value, cron);
  expect(metered).toEqual(['wwan*', 'ppp*']);
  const zone = 'Europe/Berlin';
  expect(resolved['tidy']).toMatchObject({
    ...{
      kind: 'compact',
      enabled: true,
      root: false,
      jitter: 1_800_000,
      missed: 'skip',
      priority: 7,
    },
    ...{ timeout: 120_000, retries: { count: 2, delay: 60_000 } },
    schedule: { zone, days: { monthDay: 31 }, times: [10_800], everyHour: false },
    window: { name: 'night', days: [1, 0], from: 1380, to: 150, zone },
    conditions: {
      mains: true,
      maxLoad: 1.5,
      unmetered: true,
      minFree: { path: '/', bytes: 2 ** 30 },
    },
  });
  const compact = kinds.find(({ kind }) => kind === 'compact');
  expect(resolved['plain']).toMatchObject({
    root: compact?.root,
    timeout: (compact?.timeoutSeconds ?? 0) * 1000,
  });
  expect(resolved['plain']?.schedule).toBeUndefined();
});

test('what others keep away from while it runs', () => {
  const tasks = {
    web: { restart: { unit: 'web.service' } },
    mend: { exec: { program: '/usr/local/bin/mend' } },
    apt: { 'security-updates': {} },
    tidy: { compact: {} },
  };
  const { value } = check(schema, { tasks });
  if (value === undefined) throw new Error('refused');
  const claims = Object.values(resolveTasks(kinds, value, cron).tasks).map((one) => one.claims);
  expect(claims).toEqual([
    ['unit:web.service'],
    ['program:/usr/local/bin/mend'],
    ['packages'],
    undefined,
  ]);
});

test.each<[string, object, object | undefined, string]>([
  ['no kind', { t: {} }, undefined, 'tasks.t: says not what is to be done'],
  [
    'two kinds',
    { t: { compact: {}, restart: { unit: 'web.service' } } },
    undefined,
    'tasks.t.restart: stands beside compact',
  ],
  ['an unknown kind', { t: { trimm: {} } }, undefined, 'tasks.t.trimm: no such key'],
  [
    'two schedules',
    { t: { compact: {}, schedule: { daily: '03:00', cron: '* * * * *' } } },
    undefined,
    'tasks.t.schedule.cron: stands beside daily',
  ],
  [
    'a time that is none',
    { t: { compact: {}, schedule: { daily: '24:00' } } },
    undefined,
    'tasks.t.schedule.daily: ',
  ],
  [
    'a weekday that is none',
    { t: { compact: {}, schedule: { weekly: 'sunday 03:00' } } },
    undefined,
    'tasks.t.schedule.weekly: ',
  ],
  [
    'a day that is none',
    { t: { compact: {}, schedule: { monthly: '32 03:00' } } },
    undefined,
    'tasks.t.schedule.monthly: ',
  ],
  [
    'a cron field out of bounds',
    { t: { compact: {}, schedule: { cron: '61 * * * *' } } },
    undefined,
    'tasks.t.schedule.cron: 61 is a invalid expression for minute',
  ],
  [
    'cron by the second',
    { t: { compact: {}, schedule: { cron: '*/5 * * * * *' } } },
    undefined,
    'tasks.t.schedule.cron: would run more than once a minute',
  ],
  [
    'a cron day that never comes',
    { t: { compact: {}, schedule: { cron: '0 0 30 2 *' } } },
    undefined,
    'tasks.t.schedule.cron: ',
  ],
  [
    'a weekday of the month that never comes',
    { t: { compact: {}, schedule: { cron: '0 0 1 1 1#5' } } },
    undefined,
    'tasks.t.schedule.cron: names a day that never comes',
  ],
  [
    'an unknown zone',
    { t: { compact: {}, schedule: { cron: '* * * * *', timezone: 'Mars/Base' } } },
    undefined,
    'tasks.t.schedule.timezone: Mars/Base is no time zone',
  ],
  [
    'an unknown window',
    { t: { compact: {}, window: 'nigth' } },
    undefined,
    'tasks.t.window: no window is called nigth',
  ],
  [
    'a window of no length',
    {},
    { w: { ...night, to: '23:00' } },
    'windows.w.to: must not be the same as from',
  ],
  ['a window of no day', {}, { w: { ...night, days: [] } }, 'windows.w.days: names no day'],
  [
    'a window of an unknown zone',
    {},
    { w: { ...night, timezone: 'X' } },
    'windows.w.timezone: X is no time zone',
  ],
  ['options that the kind refuses', { t: { clean: { roots: ['/'] } } }, undefined, 'tasks.t.clean'],
])('refused: %s', (_, tasks, windows, expected) => {
  const found = problems(tasks, windows);
  expect(found).toHaveLength(1);
  expect(found[0]).toContain(expected);
});

describe('what is loaded', () => {
  const names = async (tree: unknown, env = {}) =>
    (await tasksMentioned(tree, env)).map(({ kind }) => kind);
  const all = taskKinds.map(({ kind }) => kind);

  test('nothing for no tasks, a kind for its name, all of them in doubt', async () => {
    expect(await names({})).toEqual([]);
    expect(await names({ tasks: { a: { trim: {}, schedule: {} }, b: { compact: null } } })).toEqual(
      ['trim', 'compact'],
    );
    expect(await names({ tasks: { a: { trimm: {} } } })).toEqual(all);
    expect(await names({}, { MUSTER_TASKS_A_ENABLED: 'false' })).toEqual(all);
    expect(await names({ tasks: [3, null, 'x'] })).toEqual(all);
  });

  test('each kind is what its key says', async () => {
    expect(kinds.map(({ kind }) => kind)).toEqual(all);
    expect((await loadTask('trim')).kind).toBe('trim');
    await expect(loadTask('nothing')).rejects.toThrow('no kind of task called nothing');
    const { value } = check(schema, { tasks: { a: { trim: {} } }, windows: {} });
    const { tasks } = resolveTasks(kinds, value ?? { tasks: {}, windows: {}, metered: [] }, noCron);
    expect((await tasksOf(tasks)).map(({ kind }) => kind)).toEqual(['trim']);
  });
});

test('what may be set from afar switches, schedules and bounds, and names no path', () => {
  const remote: string[] = [];
  const walk = (node: SchemaNode, path: string, within: boolean): void => {
    const isRemote = within || node['x-remote'] === true;
    const children = Object.entries(node.properties ?? {});
    const values = node.additionalProperties;
    if (typeof values === 'object') children.push(['*', values]);
    if (children.length === 0 && isRemote) remote.push(path);
    for (const [key, child] of children) walk(child, `${path}.${key}`, isRemote);
  };
  walk(tasksSchema([]), 'tasks', false);
  walk(meteredSchema, 'metered', false);
  expect(remote).toContain('tasks.*.schedule.cron');
  expect(remote).toContain('tasks.*.conditions.minFree.bytes');
  for (const path of ['metered', 'tasks.*.root', 'tasks.*.conditions.minFree.path']) {
    expect(remote).not.toContain(path);
  }
});
