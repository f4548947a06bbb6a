import { mkdirSync, readdirSync, writeFileSync } from 'node:fs';
import { join } from 'node:path';
import { expect, it } from 'vitest';
import { cleanTask } from '../../agent/tasks/clean.ts';
import { runTask } from '../support/tasks-exec/context.ts';
import { tempFolder } from '../support/temp-folder.ts';

it('clean: 100,000 files in bounded memory', async () => {
  await using temp = await tempFolder('clean-many');
  const root = temp.path;
  for (let folder = 0; folder < 10; folder += 1) {
    mkdirSync(join(root, `d${folder}`));
    for (let index = 0; index < 10_000; index += 1) {
      writeFileSync(join(root, `d${folder}/${index}.tmp`), '');
    }
  }
  const { rss } = process.memoryUsage();
  const written = { roots: [root], minAge: '0s', maxFiles: 1000, emptyFolders: true };
  const outcome = await runTask(cleanTask, written);
  expect(outcome.figures).toMatchObject({ files_removed: 99_000, failures: 0 });
  expect(outcome.changes.length).toBeLessThan(300);
  expect(process.memoryUsage().rss - rss).toBeLessThan(128 * 1024 * 1024);
  const left = readdirSync(root, { recursive: true }).map(String);
  expect(left.filter((name) => name.endsWith('.tmp'))).toHaveLength(1000);
});
