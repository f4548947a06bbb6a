/** What the tasks that walk through folders have in common. */
import { rootProblem } from '../../core/maintenance-roots.ts';
import type { TaskContext } from '../task.ts';
import { globProblem } from './glob.ts';

export interface Problem {
  readonly key: string;
  readonly message: string;
}

export function rootProblems(roots: readonly string[]): Problem[] {
  if (roots.length === 0) return [{ key: 'roots', message: 'name at least one folder' }];
  return roots.flatMap((root, index) => problem(`roots.${index}`, rootProblem(root)));
}

export function globProblems(key: string, patterns: readonly string[]): Problem[] {
  return patterns.flatMap((pattern, index) => problem(`${key}.${index}`, globProblem(pattern)));
}

/** The agent's own folders are not cleaned: its buffer is what a fleet must not lose. */
export function refuseOwnFolders(roots: readonly string[], context: TaskContext): void {
  for (const root of roots) {
    const own = [context.data, context.folder].find((folder) => isWithin(folder, root));
    if (own !== undefined) throw new Error(`${root} holds the agent's own folder ${own}`);
    if (isWithin(root, context.data)) {
      throw new Error(`${root} is in the agent's data folder ${context.data}`);
    }
  }
}

export function isWithin(path: string, folder: string): boolean {
  return path === folder || path.startsWith(`${folder}/`);
}

function problem(key: string, message: string | undefined): Problem[] {
  return message === undefined ? [] : [{ key, message }];
}
