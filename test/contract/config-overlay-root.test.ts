/** What the collector wants of a task that root's helper runs: that reads the device's own file alone. */
import { writeFile } from 'node:fs/promises';
import { join } from 'node:path';
import { expect, test } from 'vitest';
import { loadAgentConfig } from '../../agent/config.ts';
import type { Tree } from '../../protocol/messages/tree.ts';
import { tempFolder } from '../support/temp-folder.ts';

const FILE = `
site: home
tasks:
  updates: { security-updates: {} }
  logs: { rotate-logs: { roots: [/var/log/app], include: ['*.log'] } }
  mine: { root: false, rotate-logs: { roots: [/var/log/app], include: ['*.log'] } }
  tidy: { clean: { roots: [/tmp/x], maxAge: 1d } }
  deep: { root: true, clean: { roots: [/tmp/y], maxAge: 1d } }
`;

async function problemsOf(tasks: Tree): Promise<readonly string[]> {
  await using folder = await tempFolder('overlay-root');
  const path = join(folder.path, 'agent.yaml');
  await writeFile(path, FILE);
  const loaded = await loadAgentConfig(path, {}, undefined, { tasks });
  if (loaded.ok) return [];
  return loaded.problems.map(({ path: at, message }) => `${at}: ${message}`);
}

test('its options are refused, each with its path, instead of doing nothing', async () => {
  const why = 'this task runs as root, by what the file says alone';
  expect(
    await problemsOf({
      updates: { 'security-updates': { maxDownload: '1MiB', update: false } },
      logs: { 'rotate-logs': { keep: 3 } },
      deep: { clean: { maxAge: '2d' } },
    }),
  ).toEqual([
    `tasks.updates.security-updates.maxDownload: ${why}`,
    `tasks.updates.security-updates.update: ${why}`,
    `tasks.logs.rotate-logs.keep: ${why}`,
    `tasks.deep.clean.maxAge: ${why}`,
  ]);
});

test('when and whether it runs may be set, and options of what the agent itself runs', async () => {
  expect(
    await problemsOf({
      updates: { enabled: false, schedule: { daily: '03:00' }, timeout: '30m', priority: 2 },
      mine: { 'rotate-logs': { keep: 3 } },
      tidy: { clean: { maxAge: '2d' } },
    }),
  ).toEqual([]);
});
