/** Each kind of remedy: what it claims, what it asks of the world, how it tells its end. */
import { describe, expect, test } from 'vitest';
import { createRunner } from '../../agent/io/runner.ts';
import type { HelperRequest } from '../../agent/ports/caretaking.ts';
import { remedies } from '../../agent/remedies/index.ts';
import type { RemedyContext } from '../../agent/remedies/remedy.ts';

const asked: HelperRequest[] = [];
const context: RemedyContext = {
  runner: createRunner({ killAfterMs: 200 }),
  helper: {
    ask: async (request) => {
      asked.push(request);
      return { ok: true, text: 'done' };
    },
  },
  signal: new AbortController().signal,
  timeoutMs: 10_000,
  check: 'web',
  runTask: async (name) => ({ ok: name === 'tidy', text: `ran ${name}` }),
};

function kind(name: string) {
  const found = remedies.find((one) => one.kind === name);
  if (found === undefined) throw new Error(name);
  return found;
}

test('restart-unit asks the helper and claims its unit', async () => {
  const options = { unit: 'web.service' };
  expect(kind('restart-unit').claims(options)).toEqual(['unit:web.service']);
  expect(await kind('restart-unit').run(options, context)).toEqual({ ok: true, text: 'done' });
  expect(asked.at(-1)).toEqual({ verb: 'restart-unit', unit: 'web.service' });
});

test('reboot asks the helper and claims the machine', async () => {
  expect(kind('reboot').claims({})).toEqual(['machine']);
  await kind('reboot').run({}, context);
  expect(asked.at(-1)).toEqual({ verb: 'reboot', reason: 'check web has failed' });
});

describe('task', () => {
  test('ends as the task ends', async () => {
    expect(kind('task').claims({ name: 'tidy' })).toEqual(['task:tidy']);
    expect(await kind('task').run({ name: 'tidy' }, context)).toEqual({
      ok: true,
      text: 'ran tidy',
    });
    expect((await kind('task').run({ name: 'x' }, context)).ok).toBe(false);
  });

  test('waits no longer than its time', async () => {
    const leave = new AbortController();
    const hanging = {
      ...context,
      signal: leave.signal,
      runTask: () => new Promise<never>(() => undefined),
    };
    const run = kind('task').run({ name: 'tidy' }, hanging);
    leave.abort();
    expect(await run).toEqual({ ok: false, text: 'task tidy has not ended in time' });
  });
});

describe('exec', () => {
  const run = (program: string, ...args: string[]) =>
    kind('exec').run({ program, args, claims: [] }, context);

  test('claims its program and what the configuration adds', () => {
    const options = { program: '/bin/mend', args: ['x'], claims: ['unit:web.service'] };
    expect(kind('exec').claims(options)).toEqual(['program:/bin/mend', 'unit:web.service']);
  });

  test.each<[[string, ...string[]], object]>([
    [['true'], { ok: true, text: 'true ended with 0', output: '' }],
    [['sh', '-c', 'echo why; exit 4'], { ok: false, text: 'sh ended with 4', output: 'why\n' }],
    [['sh', '-c', 'kill -9 $$'], { ok: false, text: 'sh was ended by SIGKILL', output: '' }],
    [['mstr-nothing'], { ok: false, text: 'mstr-nothing did not start: ENOENT' }],
  ])('%j', async (command, outcome) => {
    expect(await run(...command)).toEqual(outcome);
  });

  test('is stopped at its time', async () => {
    const options = { program: 'sleep', args: ['60'], claims: [] };
    const outcome = await kind('exec').run(options, { ...context, timeoutMs: 100 });
    expect(outcome).toEqual({ ok: false, text: 'sleep did not end in time', output: '' });
  });
});
