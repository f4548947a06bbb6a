import { readFileSync } from 'node:fs';
import { expect, test } from 'vitest';
import { tasksDoc, tasksDocPath } from '../../../scripts/tasks-doc.ts';

test('docs/tasks.md says what the registry says: npx tsx scripts/tasks-doc.ts', async () => {
  const page = readFileSync(tasksDocPath, 'utf8');
  expect(await tasksDoc(page)).toBe(page);
});
