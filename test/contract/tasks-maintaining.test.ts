/** The loop of tasks: one at a time, written down, told once, through stops, crashes and set clocks. */
import { expect, test } from 'vitest';
import { loadCron } from '../../agent/config/cron.ts';
import { memoryFacts } from '../support/facts/memory-facts.ts';
import { memoryHost } from '../support/memory-host.ts';
import { BAD, GOOD, hanging, lasting, planOf, Rig } from '../support/tasks/rig.ts';
import { DAY, HOUR, MINUTE } from '../support/tasks/zones.ts';

/** A Monday. */
const START = Date.UTC(2026, 10, 23, 2);
const rigAt = (options = {}) => new Rig({ start: START, ...options });
const daily = { daily: '03:00' };

test('a daily task runs at its time and is told with what it did', async () => {
  const rig = rigAt();
  await rig.agent(planOf({ tidy: { schedule: daily } })).start();
  await rig.advance(DAY + 2 * HOUR);
  expect(rig.begun.map(({ at }) => at)).toEqual([START + HOUR, START + HOUR + DAY]);
  expect(rig.told()).toEqual(['tidy:running', 'tidy:succeeded', 'tidy:running', 'tidy:succeeded']);
  const [first, second] = rig.reports;
  expect(second?.id).toBe(first?.id);
  expect(first?.id).toMatch(/^[a-z0-9][a-z0-9-]{0,62}$/);
  expect(second).toMatchObject({
    ...{ subject: 'task', kind: 'test', trigger: 'schedule', attempt: 1, text: 'done' },
    ...{ startedAt: START + HOUR, endedAt: START + HOUR, changes: ['a'] },
    figures: new Map([['files', 1]]),
  });
  expect(rig.events).toEqual([]);
});

test('one at a time, by priority, then by time', async () => {
  const rig = rigAt({ execute: () => lasting(10 * MINUTE) });
  const plan = planOf({
    a: { schedule: daily },
    b: { schedule: daily, priority: 5 },
    c: { schedule: { daily: '03:05' }, priority: 9 },
    d: { schedule: { daily: '03:01' } },
  });
  await rig.agent(plan).start();
  await rig.advance(2 * HOUR);
  expect(rig.begun.map(({ name }) => name)).toEqual(['b', 'c', 'a', 'd']);
  const starts = rig.begun.map(({ at }) => (at - START - HOUR) / MINUTE);
  expect(starts).toEqual([0, 10, 20, 30]);
});

test('what fails is tried again after its delay, as often as is said, and told as an event', async () => {
  const rig = rigAt({ execute: () => () => Promise.resolve(BAD) });
  await rig
    .agent(planOf({ t: { schedule: daily, retries: { count: 2, delay: 10 * MINUTE } } }))
    .start();
  await rig.advance(5 * HOUR);
  expect(rig.told()).toEqual([
    ...['t:running', 't:failed', 't:running:2', 't:failed:2', 't:running:3', 't:failed:3'],
  ]);
  expect(rig.begun.map(({ at }) => (at - START - HOUR) / MINUTE)).toEqual([0, 10, 20]);
  expect(rig.reports.map(({ trigger }) => trigger)[2]).toBe('retry');
  expect(rig.events).toEqual(['task.failed', 'task.failed', 'task.failed']);
});

test('what another try cannot mend is not tried again; what throws has failed', async () => {
  const outcomes = [
    () => Promise.resolve({ ...BAD, permanent: true }),
    () => Promise.reject(new Error('boom')),
  ];
  const rig = rigAt({ execute: (name: string) => outcomes[name === 'p' ? 0 : 1] });
  const retries = { count: 3, delay: MINUTE };
  await rig.agent(planOf({ p: { schedule: daily, retries }, q: { schedule: daily } })).start();
  await rig.advance(5 * HOUR);
  expect(rig.told()).toEqual(['p:running', 'p:failed', 'q:running', 'q:failed']);
  expect(rig.reports.at(-1)?.text).toBe('boom');
});

test('a kind that cannot be loaded has failed, and the next task runs', async () => {
  const rig = rigAt();
  await rig
    .agent(planOf({ a: { kind: 'nothing', schedule: daily }, b: { schedule: daily } }))
    .start();
  await rig.advance(2 * HOUR);
  expect(rig.told()).toEqual(['a:running', 'a:failed', 'b:running', 'b:succeeded']);
});

test('what takes too long is stopped; what does not stop is left to itself', async () => {
  const rig = rigAt({ execute: (name: string) => (name === 'hang' ? hanging : lasting(HOUR)) });
  const timeout = 5 * MINUTE;
  await rig
    .agent(planOf({ hang: { schedule: daily, timeout }, slow: { schedule: daily, timeout } }))
    .start();
  await rig.advance(2 * HOUR);
  expect(rig.told()).toEqual(['hang:running', 'hang:timed-out', 'slow:running', 'slow:timed-out']);
  const [, hung, , slow] = rig.reports;
  expect(hung?.text).toBe('it took too long: and it did not stop when it was told to');
  expect((hung?.endedAt ?? 0) - (hung?.startedAt ?? 0)).toBe(timeout + 10_000);
  expect((slow?.endedAt ?? 0) - (slow?.startedAt ?? 0)).toBe(timeout);
});

test('cancel stops what runs and gives up what waits', async () => {
  const rig = rigAt({ execute: () => lasting(HOUR) });
  const agent = rig.agent(planOf({ a: { schedule: daily }, b: { schedule: daily } }));
  await agent.start();
  await rig.advance(HOUR + MINUTE);
  const byHand = agent.runNow('b', { dryRun: false, trigger: 'command:1' });
  expect([agent.cancel('b'), agent.cancel('a'), agent.cancel('none')]).toEqual([true, true, false]);
  await rig.advance(MINUTE);
  expect(await byHand).toEqual({ ok: false, text: 'it was cancelled' });
  expect(rig.told()).toEqual(['a:running', 'b:cancelled', 'a:cancelled']);
  expect(agent.cancel('a')).toBe(false);
  await rig.advance(5 * HOUR);
  expect(rig.reports).toHaveLength(3);
});

test('a task runs by hand, dry or not, ahead of the calendar, and answers how it ended', async () => {
  const rig = rigAt({ execute: (name: string) => lasting(MINUTE, name === 'bad' ? BAD : GOOD) });
  const agent = rig.agent(planOf({ tidy: {}, bad: { retries: { count: 3, delay: 1000 } } }));
  expect(await agent.runNow('tidy', { dryRun: false, trigger: 'x' })).toMatchObject({ ok: false });
  await agent.start();
  const answers = [
    agent.runNow('tidy', { dryRun: true, trigger: 'command:abc' }),
    agent.runNow('bad', { dryRun: false, trigger: 'check:web' }),
    agent.runNow('none', { dryRun: false, trigger: 'x' }),
    agent.runNow('tidy', { dryRun: false, trigger: 'x', deadline: START + 90_000 }),
  ];
  await rig.advance(HOUR);
  expect(await Promise.all(answers)).toEqual([
    { ok: true, text: 'dry run: done' },
    { ok: false, text: 'it broke' },
    { ok: false, text: 'no task is called none' },
    { ok: false, text: 'it could not begin before its deadline' },
  ]);
  expect(rig.told()).toEqual(['tidy:running', 'tidy:succeeded', 'bad:running', 'bad:failed']);
  expect(rig.reports.map(({ trigger }) => trigger)[3]).toBe('check:web');
});

test('conditions are looked at again every minute, and their reasons told when time is over', async () => {
  const files: Record<string, string> = {
    '/proc/loadavg': '2.50 1 1 1/100 1',
    '/sys/class/power_supply/BAT0/type': 'Battery\n',
  };
  const rig = rigAt({ host: memoryHost(files) });
  const conditions = { mains: true, maxLoad: 2 };
  const window = { name: 'night', days: [1, 2], from: 120, to: 300, zone: 'UTC' };
  const agent = rig.agent(planOf({ t: { schedule: daily, conditions, window } }));
  await agent.start();
  await rig.advance(2 * HOUR);
  expect(rig.told()).toEqual([]);
  expect(agent.status().tasks[0]?.waits).toContain('not on mains power, load is 2.5');
  await rig.advance(HOUR);
  expect(rig.told()).toEqual(['t:skipped']);
  expect(rig.reports[0]?.text).toMatch(/its time is over: not on mains power, load is 2.5/);
  await rig.advance(22 * HOUR + 30 * MINUTE);
  files['/proc/loadavg'] = '1.00 1 1 1/100 1';
  files['/sys/class/power_supply/AC/type'] = 'Mains\n';
  files['/sys/class/power_supply/AC/online'] = '1\n';
  await rig.advance(MINUTE);
  expect(rig.told()).toEqual(['t:skipped', 't:running', 't:succeeded']);
});

test('free space and metered networks are asked for where a task wants them', async () => {
  const route =
    'Iface Destination Gateway Flags RefCnt Use Metric Mask\nwwan0 00000000 1 3 0 0 1 00000000 0';
  const files: Record<string, string> = { '/proc/net/route': route };
  let availBytes = 10;
  const statfs = () =>
    Promise.resolve({ sizeBytes: 1, freeBytes: 1, availBytes, files: 1, filesFree: 1 });
  const rig = rigAt({ host: memoryHost(files, { statfs }) });
  const conditions = { unmetered: true, minFree: { path: '/x', bytes: 100 } };
  const agent = rig.agent(planOf({ t: { schedule: daily, conditions } }));
  await agent.start();
  await rig.advance(HOUR);
  expect(agent.status().tasks[0]?.waits).toMatch(/wwan0 is metered, free space of \/x is 10 bytes/);
  files['/proc/net/route'] = route.replace('wwan0', 'eth0');
  availBytes = 100;
  await rig.advance(2 * MINUTE);
  expect(rig.begun).toHaveLength(1);
});

test('nothing begins while it is held, and idle waits for what runs', async () => {
  const rig = rigAt({ execute: () => lasting(10 * MINUTE) });
  const agent = rig.agent(planOf({ t: { schedule: daily }, u: { schedule: { daily: '03:01' } } }));
  await agent.start();
  await rig.advance(HOUR + MINUTE);
  rig.held = true;
  let idle = false;
  const waited = agent.idle().then(() => (idle = true));
  await rig.advance(8 * MINUTE);
  expect([idle, agent.busy()]).toEqual([false, true]);
  await rig.advance(30 * MINUTE);
  await waited;
  expect([agent.busy(), rig.begun.length]).toEqual([false, 1]);
  rig.held = false;
  agent.look();
  await rig.advance(1000);
  expect(rig.begun).toHaveLength(2);
});

test('waits for a remedy that works on the same, unless the remedy asked for it', async () => {
  const rig = rigAt();
  const at = (claim: string) => ({ schedule: daily, claims: [claim] });
  const agent = rig.agent(planOf({ a: at('unit:a'), b: at('unit:b') }));
  rig.remedies = ['unit:a'];
  await agent.start();
  await rig.advance(HOUR + MINUTE);
  expect(rig.begun.map(({ name }) => name)).toEqual(['b']);
  expect(agent.status().tasks.find(({ name }) => name === 'a')?.waits).toBe('a remedy is at work');
  const person = agent.runNow('a', { dryRun: false, trigger: 'command:1' });
  await agent.runNow('a', { dryRun: false, trigger: 'check:web' });
  expect(rig.begun.map(({ name }) => name)).toEqual(['b', 'a']);
  rig.remedies = [];
  agent.look();
  expect((await person).ok).toBe(true);
  await rig.settle();
  expect(rig.begun.map(({ name }) => name)).toEqual(['b', 'a', 'a', 'a']);
});

test('waits for a remedy that has begun while its conditions were looked at', async () => {
  const host = memoryHost({});
  const rig = rigAt({
    host: {
      ...host,
      list: (path: string) => {
        rig.remedies = ['unit:a'];
        return host.list(path);
      },
    },
  });
  const mains = { schedule: daily, conditions: { mains: true } };
  const plan = planOf({ a: { ...mains, claims: ['unit:a'] }, b: { ...mains, claims: ['unit:b'] } });
  const agent = rig.agent(plan);
  await agent.start();
  await rig.advance(HOUR + MINUTE);
  expect(rig.begun.map(({ name }) => name)).toEqual(['b']);
  expect(agent.status().tasks.find(({ name }) => name === 'a')?.waits).toBe('a remedy is at work');
});

test('a task of root runs in the helper, whose answer is not believed blindly', async () => {
  const rig = rigAt();
  const agent = rig.agent(planOf({ t: { root: true, timeout: 5000 } }));
  await agent.start();
  const run = async () => {
    const answer = agent.runNow('t', { dryRun: false, trigger: 'x' });
    await rig.advance(1000);
    return answer;
  };
  expect(await run()).toEqual({ ok: true, text: 'done' });
  expect(rig.asked).toEqual([{ verb: 'run-task', task: 't', dryRun: false, timeoutMs: 5000 }]);
  expect(rig.begun).toEqual([]);
  rig.helperAnswer = { ok: false, text: 'the helper is not there' };
  expect(await run()).toEqual({ ok: false, text: 'the helper is not there' });
  rig.helperAnswer = { ok: true, text: 'odd', outcome: { ok: 'yes', changes: 3 } };
  expect(await run()).toEqual({ ok: true, text: 'odd' });
});

test('a run cut short by a crash is told as interrupted, then tried again by its rule', async () => {
  const texts = new Map<string, string>();
  const rig = rigAt({ facts: memoryFacts(texts), execute: () => lasting(HOUR) });
  const plan = planOf({ t: { schedule: daily, retries: { count: 1, delay: 5 * MINUTE } } });
  await rig.agent(plan).start();
  await rig.advance(HOUR + MINUTE);
  // The machine is off: what it had written is all there is.
  const later = new Rig({
    start: rig.clock.wall() + 10 * MINUTE,
    facts: memoryFacts(new Map(texts)),
  });
  await later.agent(plan).start();
  await later.advance(HOUR);
  expect(later.told()).toEqual(['t:interrupted', 't:running:2', 't:succeeded:2']);
  expect(later.reports[0]?.id).toBe(rig.reports[0]?.id);
  expect(later.events).toEqual(['task.interrupted']);
  expect(later.begun).toHaveLength(1);
});

test('the agent stops: what runs is told as interrupted, once', async () => {
  const facts = memoryFacts();
  const rig = rigAt({ facts, execute: () => lasting(HOUR) });
  const plan = planOf({ t: { schedule: daily } });
  const agent = rig.agent(plan);
  await agent.start();
  await rig.advance(HOUR + MINUTE);
  const stopped = agent.stop();
  await rig.advance(MINUTE);
  await stopped;
  await rig.agent(plan).start();
  await rig.advance(HOUR);
  expect(rig.told()).toEqual(['t:running', 't:interrupted']);
  expect(rig.reports[1]?.text).toContain('the agent was stopped');
});

test('a report that was not taken before a crash is told by the next life, with its id', async () => {
  const texts = new Map<string, string>();
  const rig = new Rig({
    start: START,
    facts: memoryFacts(texts),
    journal: { ...rigAt().journal(), now: () => START, report: () => new Promise(() => undefined) },
  });
  const plan = planOf({ t: { schedule: daily }, gone: { schedule: daily } });
  await rig.agent(plan).start();
  await rig.advance(2 * HOUR);
  const later = new Rig({ start: START + 3 * HOUR, facts: memoryFacts(texts) });
  await later.agent(planOf({ t: { schedule: daily } })).start();
  await later.advance(HOUR);
  expect(later.told()).toEqual(['gone:succeeded', 't:succeeded']);
  await later.agent(planOf({ t: { schedule: daily } })).start();
  await later.advance(HOUR);
  expect(later.reports).toHaveLength(2);
  expect([...texts.keys()]).toEqual(['tasks/t']);
});

test('a full disk keeps no task from running', async () => {
  const facts = memoryFacts();
  facts.failing = new Error('the disk is full (ENOSPC)');
  const rig = rigAt({ facts });
  await rig.agent(planOf({ t: { schedule: daily } })).start();
  await rig.advance(2 * HOUR);
  expect(rig.told()).toEqual(['t:running', 't:succeeded']);
});

test.each([
  ['run', 5, ['t:running', 't:succeeded'], 'missed'],
  ['run', 70, ['t:running', 't:succeeded'], 'missed'],
  ['skip', 5, ['t:skipped'], 'missed'],
] as const)(
  'off at its time, missed: %s, on again after %i hours',
  async (missed, hours, told, trigger) => {
    const facts = memoryFacts();
    const plan = planOf({ t: { schedule: daily, missed } });
    const before = rigAt({ facts });
    const agent = before.agent(plan);
    await agent.start();
    await before.advance(MINUTE);
    await agent.stop();
    const rig = new Rig({ start: START + hours * HOUR, facts });
    await rig.agent(plan).start();
    await rig.advance(10 * MINUTE);
    expect(rig.told()).toEqual(told);
    expect(rig.reports[0]?.trigger).toBe(trigger);
    if (hours === 70) expect(rig.reports[0]?.text).toBe('2 turns were missed before');
  },
);

test('without a believed clock the calendar waits, and a hand does not', async () => {
  const rig = rigAt();
  rig.trusted = false;
  const agent = rig.agent(planOf({ t: { schedule: daily } }));
  await agent.start();
  await rig.advance(2 * HOUR);
  expect(rig.begun).toEqual([]);
  const answer = agent.runNow('t', { dryRun: false, trigger: 'command:1' });
  await rig.advance(1000);
  expect((await answer).ok).toBe(true);
  rig.set(5 * DAY);
  rig.trusted = true;
  await rig.advance(DAY);
  expect(rig.begun.map(({ at }) => at)).toHaveLength(2);
});

test('a clock that is set runs no turn twice and loses none that comes', async () => {
  const rig = rigAt();
  await rig.agent(planOf({ t: { schedule: daily } })).start();
  await rig.advance(2 * HOUR);
  rig.set(-2 * HOUR);
  await rig.advance(3 * HOUR);
  expect(rig.begun).toHaveLength(1);
  rig.set(400 * DAY);
  await rig.advance(2 * MINUTE);
  expect(rig.begun).toHaveLength(2);
  rig.set(-400 * DAY);
  await rig.advance(2 * DAY);
  expect(rig.begun).toHaveLength(4);
});

test('a schedule that is new begins now, and one that is off runs only by hand', async () => {
  const rig = rigAt();
  const agent = rig.agent(planOf({ t: { schedule: { daily: '23:00' } } }));
  await agent.start();
  await rig.advance(4 * HOUR);
  await agent.reload(planOf({ t: { schedule: { daily: '05:00' } } }));
  await rig.advance(10 * HOUR);
  expect(rig.begun).toEqual([]);
  await agent.reload(planOf({ t: { schedule: { daily: '05:00' }, enabled: false } }));
  await rig.advance(DAY);
  expect(rig.begun).toEqual([]);
  expect(rig.time.pending).toBe(0);
  const answer = agent.runNow('t', { dryRun: false, trigger: 'x' });
  await rig.advance(1000);
  expect(await answer).toEqual({ ok: true, text: 'done' });
});

test('status and metrics tell the next turn, the last runs and how they ended', async () => {
  const outcomes = [GOOD, BAD];
  const rig = rigAt({ execute: () => () => Promise.resolve(outcomes.shift() ?? GOOD) });
  const agent = rig.agent(planOf({ t: { schedule: { cron: '0 * * * *' } } }, await loadCron()));
  await agent.start();
  await rig.advance(2 * HOUR + MINUTE);
  const read = () => {
    const samples: string[] = [];
    const sampler = agent.sampler;
    sampler.parse(
      sampler.read(memoryHost({}), {}),
      (metric, value, labels) =>
        samples.push(`${metric.name}{${labels?.join(',') ?? ''}} ${value}`),
      {},
    );
    return samples;
  };
  expect(read()).toEqual([
    'muster_task_last_result{t,test} 0',
    `muster_task_last_run_timestamp_seconds{t,test} ${(START + 2 * HOUR) / 1000}`,
    'muster_task_last_duration_seconds{t,test} 0',
    `muster_task_next_run_timestamp_seconds{t,test} ${(START + 3 * HOUR) / 1000}`,
    'muster_task_runs_total{t,succeeded} 1',
    'muster_task_runs_total{t,failed} 1',
  ]);
  await rig.advance(30 * HOUR);
  const [status] = agent.status().tasks;
  expect(status).toMatchObject({
    name: 't',
    schedule: 'cron 0 * * * * UTC',
    next: START + 33 * HOUR,
  });
  expect(status?.history).toHaveLength(20);
});
