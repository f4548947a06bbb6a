/** `muster-agent updates`, and the lock by hand, on a real folder. */
import { mkdir, readFile, stat, writeFile } from 'node:fs/promises';
import { join } from 'node:path';
import { expect, it } from 'vitest';
import { runAgentCommand } from '../../agent/cli/index.ts';
import { createLockDesk } from '../../agent/io/updates/lock-desk.ts';
import { createLocks } from '../../agent/io/updates/locks.ts';
import { openWorld } from '../../agent/io/world.ts';
import type { CommandIo } from '../../agent/ports/world.ts';
import { tempFolder } from '../support/temp-folder.ts';

async function rig(answer: Readonly<Record<string, unknown>> = {}) {
  const folder = await tempFolder('updates-cli');
  const file = join(folder.path, 'agent.yaml');
  await mkdir(join(folder.path, 'data'));
  await writeFile(file, `data: ${join(folder.path, 'data')}\n`);
  const said = { out: '', err: '' };
  const io: CommandIo = {
    env: {},
    out: (text) => {
      said.out += text;
    },
    err: (text) => {
      said.err += text;
    },
    world: {
      ...openWorld(),
      agentStatus: (_, question) =>
        Promise.resolve({ ok: true, value: { ...answer, question: question ?? '' } }),
    },
    openHost: () => {
      throw new Error('nobody looks at the machine');
    },
    locks: (data) => Promise.resolve(createLockDesk(data)),
  };
  const run = async (name: string, ...args: string[]) => {
    said.out = said.err = '';
    const code = await runAgentCommand(name, [...args, '--config', file], io);
    return { code, ...said };
  };
  return { folder, run };
}

it('holds updates back and lets them go again', async () => {
  const { folder, run } = await rig();
  await using _ = folder;
  const held = await run('updates', 'hold', 'press', '--reason', 'batch 7\nruns');
  expect(held).toMatchObject({ code: 0, err: '' });
  expect(held.out).toContain('muster-agent updates release press');
  const path = join(folder.path, 'data/updates/locks/press');
  expect(await readFile(path, 'utf8')).toBe('batch 7 runs\n');
  const { mtimeMs } = await stat(path);
  const locks = createLocks(join(folder.path, 'data/updates/locks'), () => mtimeMs + 1000);
  expect(await locks.held()).toEqual([{ name: 'press', text: 'batch 7 runs', ageMs: 1000 }]);
  expect((await run('updates', 'release', 'press')).code).toBe(0);
  expect(await run('updates', 'release', 'press')).toMatchObject({
    code: 1,
    err: expect.stringContaining('nothing of that name') as unknown,
  });
});

it('takes no name that leads elsewhere, and says how it is called', async () => {
  const { folder, run } = await rig();
  await using _ = folder;
  for (const args of [['hold'], ['hold', '../x'], ['wait'], ['release', 'a', '--reason', 'b']]) {
    expect(await run('updates', ...args)).toMatchObject({
      code: 2,
      err: expect.stringContaining('updates hold NAME') as unknown,
    });
  }
});

it('shows a line for each package, and times as people write them', async () => {
  const { folder, run } = await rig({
    wanted: [{ name: 'web', version: '2.0.0', state: 'wanted', why: 'window night is closed' }],
    installed: [{ name: 'web', version: '1.0.0', slot: '/opt/web' }],
    locks: [],
  });
  await using _ = folder;
  const { out } = await run('updates');
  expect(out).toContain('wanted:\n  web 2.0.0: wanted, window night is closed\n');
  expect(out).toContain('installed:\n  web 1.0.0: /opt/web\n');
  expect(out).toContain('question: /updates\n');
  const tasks = await rig({ tasks: [{ name: 'clean', next: Date.UTC(2026, 10, 22), runs: 3 }] });
  await using __ = tasks.folder;
  expect((await tasks.run('status', 'tasks')).out).toContain('next: 2026-11-22T00:00:00.000Z\n');
  expect((await tasks.run('status', 'tasks', '--json')).out).toContain('1795305600000');
});
