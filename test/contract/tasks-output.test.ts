/** What a task that was asked for prints is heard by who asked, while it runs; nobody else's is. */
import { expect, test } from 'vitest';
import type { CommandContext } from '../../agent/remote/command.ts';
import { runTask } from '../../agent/remote/run-task.ts';
import type { TaskContext } from '../../agent/tasks/task.ts';
import { GOOD, planOf, Rig } from '../support/tasks/rig.ts';
import { MINUTE } from '../support/tasks/zones.ts';

/** A line each minute. */
async function talking({ name, clock, print }: TaskContext) {
  for (let n = 1; n <= 3; n++) {
    print(`${name} ${n}`);
    await new Promise<void>((resolve) => void clock.after(MINUTE, resolve));
  }
  return GOOD;
}

test('line by line, and none of another run', async () => {
  const rig = new Rig({ start: Date.UTC(2026, 10, 23, 2), execute: () => talking });
  const agent = rig.agent(planOf({ first: {}, second: {} }));
  await agent.start();
  const heard: string[] = [];
  const before = agent.runNow('first', { dryRun: false, trigger: 'check:web' });
  const answer = agent.runNow('second', {
    ...{ dryRun: false, trigger: 'command:c1' },
    output: (text) => heard.push(text),
  });
  await rig.advance(2 * MINUTE);
  expect(heard).toEqual([]);
  await rig.advance(2 * MINUTE);
  expect((await before).ok).toBe(true);
  expect(heard).toEqual(['second 1\n', 'second 2\n']);
  await rig.advance(5 * MINUTE);
  expect(await answer).toEqual({ ok: true, text: 'done' });
  expect(heard).toEqual(['second 1\n', 'second 2\n', 'second 3\n']);
  // The report has all of it too.
  expect(rig.reports.at(-1)?.output).toBe(heard.join(''));
});

test('the command run-task sends it on', async () => {
  const printed: string[] = [];
  const context = {
    id: 'c1',
    print: (text: string) => printed.push(text),
    runTask: (_name: string, { output }: { output: (text: string) => void }) => {
      output('a line\n');
      return Promise.resolve({ ok: true, text: 'done' });
    },
  } as unknown as CommandContext;
  expect(await runTask.run(new Map([['task', 'tidy']]), context)).toMatchObject({ ok: true });
  expect(printed).toEqual(['a line\n']);
});
