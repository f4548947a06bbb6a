/**
 * Options of tasks that root's helper runs: it reads them from the device's own file alone, so that what
 * the collector wants of them would change nothing. It is refused instead.
 */
import type { Finding } from '../../protocol/config/problem.ts';
import { finding } from '../../protocol/config/problem.ts';
import type { Task } from '../tasks/task.ts';

type Group = Readonly<Record<string, unknown>>;

const WHY = 'this task runs as root, by what the file says alone';
const HINT =
  "set it in the device's own file; the collector tunes options of tasks with root: false";

export function rootOptionProblems(
  kinds: readonly Task[],
  own: unknown,
  overlay: unknown,
): readonly Finding[] {
  const declared = groupOf(groupOf(own)['tasks']);
  return Object.entries(groupOf(groupOf(overlay)['tasks'])).flatMap(([name, wanted]) => {
    const written = groupOf(declared[name]);
    return kinds
      .filter(({ kind, root }) => isWritten(written[kind]) && (written['root'] ?? root) === true)
      .flatMap(({ kind }) => Object.keys(groupOf(groupOf(wanted)[kind])).map((key) => [kind, key]))
      .map((keys) => finding('not-remote', ['tasks', name, ...keys], WHY, HINT));
  });
}

function isWritten(value: unknown): boolean {
  return value !== undefined && value !== null;
}

function groupOf(value: unknown): Group {
  const isGroup = typeof value === 'object' && value !== null && !Array.isArray(value);
  return isGroup ? (value as Group) : {};
}
