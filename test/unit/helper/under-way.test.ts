/** What root's helper refuses while something else of root's is under way in it. */
import { expect, test } from 'vitest';
import type { Declarations } from '../../../agent/helper/declarations.ts';
import { perform } from '../../../agent/helper/verbs/index.ts';
import { UnderWay } from '../../../agent/helper/verbs/under-way.ts';
import type { VerbContext } from '../../../agent/helper/verbs/verb.ts';
import type { HelperRequest } from '../../../agent/ports/caretaking.ts';
import { execTask } from '../../../agent/tasks/exec.ts';
import { securityUpdatesTask } from '../../../agent/tasks/security-updates.ts';
import type { Task, TaskOutcome } from '../../../agent/tasks/task.ts';
import { FakeClock } from '../../support/fake-clock.ts';
import { memoryHost } from '../../support/memory-host.ts';

const OPTIONS = { program: '/bin/long' };
const REBOOT: HelperRequest = { verb: 'reboot', reason: 'a test' };
const RESTART: HelperRequest = { verb: 'restart-unit', unit: 'web.service' };
const AGAIN = 'ask again when it has ended';

function helper() {
  const told: string[] = [];
  const ends: ((outcome: TaskOutcome) => void)[] = [];
  /** Claims what the real one does, and ends when the test says so. */
  const waiting = (of: Task): Task => ({
    ...of,
    run: () => new Promise((resolve) => ends.push(resolve)),
  });
  const tasks = new Map([
    ['apt', waiting(securityUpdatesTask)],
    ['long', waiting(execTask)],
  ]);
  const declared: Declarations = {
    units: new Set(['web.service']),
    mayReboot: true,
    task: (name) => {
      const of = tasks.get(name);
      const found = of && { ok: true as const, value: { of, options: OPTIONS } };
      return Promise.resolve(found ?? { ok: false, why: 'no such task' });
    },
    place: {
      ...{ folder: '/', data: '/', device: 'd', collectorUrl: undefined, caFile: undefined },
      ...{ trust: '/', trustsClock: true, packages: [] },
    },
  };
  const context: VerbContext = {
    ...{ declared, state: '/', underWay: new UnderWay(), clock: new FakeClock(0) },
    host: memoryHost({}),
    runner: {
      run: (command) => {
        told.push(command.join(' '));
        const none = { signal: undefined, timedOut: false, stdout: '', stderr: '', tail: '' };
        return Promise.resolve({ code: 0, ...none });
      },
    },
    openUpkeep: () => Promise.resolve({} as Awaited<ReturnType<VerbContext['openUpkeep']>>),
    signal: new AbortController().signal,
    print: () => undefined,
  };
  const ask = (request: HelperRequest) => perform(request, context);
  const begin = async (task: string, dryRun = false) => {
    const before = ends.length;
    const run = ask({ verb: 'run-task', task, dryRun, timeoutMs: 60_000 });
    while (ends.length === before) await Promise.resolve();
    return async () => {
      ends.at(-1)?.({ ok: true, text: 'done', changes: [], figures: {} });
      await run;
    };
  };
  return { told, context, ask, begin };
}

test('while its apt changes packages it restarts and reboots nothing', async () => {
  const { told, ask, begin } = helper();
  const end = await begin('apt');
  const why = `refused: task apt changes packages; ${AGAIN}`;
  expect(await ask(RESTART)).toEqual({ ok: false, text: why });
  expect(await ask(REBOOT)).toEqual({ ok: false, text: why });
  expect(told).toEqual([]);
  await end();
  expect((await ask(RESTART)).ok).toBe(true);
  expect((await ask(REBOOT)).ok).toBe(true);
  expect(told).toEqual(['systemctl restart -- web.service', 'systemctl reboot']);
});

test('another task does not keep a unit from its restart, but the machine from a reboot', async () => {
  const { told, ask, begin } = helper();
  const end = await begin('long');
  expect((await ask(RESTART)).ok).toBe(true);
  const why = `refused: task long is still running; ${AGAIN}`;
  expect(await ask(REBOOT)).toEqual({ ok: false, text: why });
  await end();
  expect(told).toEqual(['systemctl restart -- web.service']);
});

test('a dry run of apt changes nothing, so that units may be restarted', async () => {
  const { ask, begin } = helper();
  const end = await begin('apt', true);
  expect((await ask(RESTART)).ok).toBe(true);
  await end();
});

test('while a step of an update is under way it restarts and reboots nothing', async () => {
  const { context, ask } = helper();
  let end = (): void => undefined;
  const step = context.underWay.step(
    () =>
      new Promise<void>((resolve) => {
        end = resolve;
      }),
  );
  const why = `refused: a step of an update is under way; ${AGAIN}`;
  expect(await ask(RESTART)).toEqual({ ok: false, text: why });
  expect(await ask(REBOOT)).toEqual({ ok: false, text: why });
  end();
  await step;
  expect((await ask(REBOOT)).ok).toBe(true);
});

test('a step that fails is over as well', async () => {
  const { context, ask } = helper();
  await context.underWay.step(() => Promise.reject(new Error('no space'))).catch(() => undefined);
  expect((await ask(REBOOT)).ok).toBe(true);
});
