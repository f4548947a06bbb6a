/**
 * All kinds of tasks. Each is loaded when a configuration names it: an agent without tasks loads
 * none of them.
 */
import type { Task } from './task.ts';

export interface TaskKind {
  /** The key in the configuration. */
  readonly kind: string;
  load(): Promise<Task>;
}

export const taskKinds: readonly TaskKind[] = [
  { kind: 'clean', load: async () => (await import('./clean.ts')).cleanTask },
  { kind: 'rotate-logs', load: async () => (await import('./rotate-logs.ts')).rotateLogsTask },
  {
    kind: 'vacuum-journal',
    load: async () => (await import('./vacuum-journal.ts')).vacuumJournalTask,
  },
  {
    kind: 'security-updates',
    load: async () => (await import('./security-updates.ts')).securityUpdatesTask,
  },
  {
    kind: 'vulnerabilities',
    load: async () => (await import('./vulnerabilities.ts')).vulnerabilitiesTask,
  },
  { kind: 'trim', load: async () => (await import('./trim.ts')).trimTask },
  { kind: 'compact', load: async () => (await import('./compact.ts')).compactTask },
  { kind: 'backup', load: async () => (await import('./backup.ts')).backupTask },
  { kind: 'restart', load: async () => (await import('./restart.ts')).restartTask },
  { kind: 'exec', load: async () => (await import('./exec.ts')).execTask },
];

/** Rejects when there is no such kind. */
export function loadTask(wanted: string): Promise<Task> {
  const of = taskKinds.find(({ kind }) => kind === wanted);
  return of?.load() ?? Promise.reject(new Error(`there is no kind of task called ${wanted}`));
}
