/** The loop of remedies: what makes it wait, what a reload and a stop do, what it tells. */
import { expect, test } from 'vitest';
import type { RemedyConfig } from '../../../agent/config/remedies.ts';
import type { RemedyPlan } from '../../../agent/work/remedying.ts';
import { Storm } from '../../support/remedies/storm.ts';

const MINUTE = 60_000;

const config = (claims: readonly string[], rest: Partial<RemedyConfig> = {}): RemedyConfig => ({
  kind: 'mend',
  options: { claims },
  enabled: true,
  limit: 5,
  per: 60 * MINUTE,
  backoff: { min: MINUTE, max: MINUTE },
  stopAfter: 5,
  timeout: MINUTE,
  ...rest,
});
const plan: RemedyPlan = {
  remedies: { web: config(['unit:web']), reboot: config(['machine']) },
  checks: { a: 'web', b: 'reboot' },
};

async function started(of: RemedyPlan = plan): Promise<Storm> {
  const storm = new Storm(of);
  storm.outcome = () => ({ ok: true, seconds: 10 });
  await storm.start();
  return storm;
}

test('a check that is unclear asks for nothing, and goes on asking when it has failed again', async () => {
  const storm = await started();
  storm.remedying.failed('a', 'web');
  storm.remedying.unclear('a');
  await storm.pass(30 * MINUTE);
  expect(storm.starts).toHaveLength(1);
  storm.remedying.failed('a', 'web');
  await storm.pass(0);
  expect(storm.starts).toHaveLength(2);
});

test('waits for an update to end, a reboot also for a task and for other remedies', async () => {
  const storm = await started();
  storm.quiet = true;
  storm.remedying.failed('a', 'web');
  storm.remedying.failed('b', 'reboot');
  await storm.pass(5 * MINUTE);
  expect(storm.starts).toEqual([]);
  storm.quiet = false;
  storm.taskClaims = [];
  await storm.pass(20_000);
  expect(storm.starts.map(({ remedy }) => remedy)).toEqual(['web']);
  await storm.pass(MINUTE / 2);
  expect(storm.starts).toHaveLength(1);
  storm.taskClaims = undefined;
  storm.remedying.recovered('a');
  await storm.pass(1_000);
  expect(storm.starts.map(({ remedy }) => remedy)).toEqual(['web', 'reboot']);
  expect(storm.remedying.hasMachine).toBe(true);
  expect(storm.remedying.idle()).toBe(false);
  await storm.pass(MINUTE / 2);
  expect(storm.remedying.hasMachine).toBe(false);
  expect(storm.remedying.idle()).toBe(true);
});

test('a task works on what its kind says: nobody is at the same unit meanwhile', async () => {
  const two = { web: config(['unit:web']), task: config(['task:restart-web']) };
  const storm = new Storm({ remedies: two, checks: { a: 'web', b: 'task' } });
  storm.tasks.set('restart-web', ['unit:web']);
  storm.outcome = () => ({ ok: true, seconds: 10 });
  await storm.start();
  storm.remedying.failed('a', 'web');
  storm.remedying.failed('b', 'task');
  await storm.pass(9_000);
  expect(storm.starts.map(({ remedy }) => remedy)).toEqual(['web']);
  await storm.pass(2_000);
  expect(storm.starts.map(({ remedy }) => remedy)).toEqual(['web', 'task']);
});

test('waits for a task that works on the same, or that changes packages', async () => {
  const storm = await started();
  storm.taskClaims = ['unit:web'];
  storm.remedying.failed('a', 'web');
  await storm.pass(5 * MINUTE);
  storm.taskClaims = ['packages'];
  await storm.pass(5 * MINUTE);
  expect(storm.starts).toEqual([]);
  storm.taskClaims = ['unit:db'];
  await storm.pass(10_000);
  expect(storm.starts.map(({ remedy }) => remedy)).toEqual(['web']);
});

test('one that is switched off is not tried until it is switched on', async () => {
  const off = config(['unit:web'], { enabled: false });
  const storm = await started({ ...plan, remedies: { ...plan.remedies, web: off } });
  storm.remedying.failed('a', 'web');
  await storm.pass(30 * MINUTE);
  expect(storm.starts).toEqual([]);
  await storm.remedying.reload(plan);
  await storm.pass(0);
  expect(storm.starts).toHaveLength(1);
});

test('a reload forgets what is no longer declared and keeps the rest', async () => {
  const storm = await started();
  storm.remedying.failed('a', 'web');
  await storm.pass(30_000);
  expect([...storm.facts.keys()]).toEqual(['remedies/web']);
  await storm.remedying.reload({ remedies: plan.remedies, checks: { b: 'reboot' } });
  await storm.pass(30 * MINUTE);
  expect(storm.starts).toHaveLength(1);
  await storm.remedying.reload({ remedies: {}, checks: {} });
  await storm.pass(0);
  expect(storm.facts.size).toBe(0);
  storm.remedying.failed('a', 'web');
  await storm.pass(MINUTE);
  expect(storm.starts).toHaveLength(1);
});

test('a stop aborts what runs and says so; the next start knows the try', async () => {
  const storm = await started();
  storm.remedying.failed('a', 'web');
  await storm.pass(1_000);
  const stopping = storm.remedying.stop();
  await storm.pass(0);
  await stopping;
  expect(storm.told.map(({ report }) => report.state)).toEqual(['running', 'interrupted']);
  await storm.revive(false);
  expect(storm.told).toHaveLength(2);
  storm.remedying.failed('a', 'web');
  await storm.pass(MINUTE - 1);
  expect(storm.starts).toHaveLength(1);
  await storm.pass(MINUTE);
  expect(storm.starts).toHaveLength(2);
});

test('one that takes too long is stopped and has timed out', async () => {
  const storm = await started();
  storm.outcome = () => ({ ok: false, seconds: 1_000 });
  storm.remedying.failed('a', 'web');
  await storm.pass(MINUTE);
  expect(storm.told.at(-1)?.report).toMatchObject({
    subject: 'remedy',
    name: 'web',
    kind: 'mend',
    state: 'timed-out',
    trigger: 'check:a',
    attempt: 1,
  });
});

test('says in metrics and status what was tried and what was stopped', async () => {
  const once = config(['unit:web'], { stopAfter: 1 });
  const storm = await started({ ...plan, remedies: { ...plan.remedies, web: once } });
  storm.remedying.failed('a', 'web');
  await storm.pass(2 * MINUTE);
  const seen: unknown[] = [];
  const sampler = storm.remedying.sampler;
  const raw = await sampler.read(undefined as never, {});
  sampler.parse(raw, ({ name }, value, labels) => seen.push([name, value, ...(labels ?? [])]), {});
  expect(seen).toEqual([
    ['muster_remedy_tries_total', 1, 'web', 'a', 'succeeded'],
    ['muster_remedy_stopped', 1, 'web', 'a'],
    ['muster_remedy_stopped', 0, 'reboot', 'b'],
  ]);
  expect(storm.remedying.status()[0]).toEqual({
    remedy: 'web',
    kind: 'mend',
    enabled: true,
    recentTries: 1,
    attempt: 1,
    pauseSeconds: 0,
    running: null,
    checks: [{ check: 'a', failing: true, failed: 1, stopped: true }],
  });
});

test('with a disk that takes nothing, nothing is tried; later it is', async () => {
  const storm = await started();
  storm.diskFull = true;
  storm.remedying.failed('a', 'web');
  await storm.pass(10 * MINUTE);
  expect(storm.starts).toEqual([]);
  storm.diskFull = false;
  await storm.pass(2 * MINUTE);
  expect(storm.starts).toHaveLength(1);
  expect(storm.told[0]?.report.attempt).toBe(1);
});
