import { expect, it } from 'vitest';
import { backupTask } from '../../../agent/tasks/backup.ts';
import { cleanTask } from '../../../agent/tasks/clean.ts';
import { compactTask } from '../../../agent/tasks/compact.ts';
import { execTask } from '../../../agent/tasks/exec.ts';
import { restartTask } from '../../../agent/tasks/restart.ts';
import { rotateLogsTask } from '../../../agent/tasks/rotate-logs.ts';
import { securityUpdatesTask } from '../../../agent/tasks/security-updates.ts';
import { trimTask } from '../../../agent/tasks/trim.ts';
import { vacuumJournalTask } from '../../../agent/tasks/vacuum-journal.ts';
import { vulnerabilitiesTask } from '../../../agent/tasks/vulnerabilities.ts';
import type { SchemaNode } from '../../../protocol/config/schema.ts';

const tasks = [backupTask, cleanTask, compactTask, execTask, restartTask, rotateLogsTask].concat([
  securityUpdatesTask,
  trimTask,
  vacuumJournalTask,
  vulnerabilitiesTask,
]);

/** Lists of paths, patterns and arguments, and free text: never the collector's to say. */
function isHarmless({ type, enum: values, 'x-unit': unit }: SchemaNode): boolean {
  return type === 'boolean' || type === 'integer' || unit === 'duration' || unit === 'size'
    ? true
    : values !== undefined;
}

it.each(tasks)('$kind: the collector sets only ages, sizes, counts and switches', (task) => {
  const properties = Object.entries(task.schema.properties ?? {});
  const remote = properties.filter(([, node]) => node['x-remote'] === true);
  expect(task.schema['x-remote']).toBeUndefined();
  expect(remote.filter(([, node]) => !isHarmless(node))).toEqual([]);
  const local = [
    'roots',
    'include',
    'exclude',
    'program',
    'args',
    'env',
    'unit',
    'url',
    'file',
  ].concat('folder', 'paths', 'feed', 'directory', 'aptConfig', 'origins', 'mountPoints');
  expect(remote.map(([key]) => key).filter((key) => local.includes(key))).toEqual([]);
});
