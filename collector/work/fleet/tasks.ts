/** The tasks that devices declare, over the whole fleet, and how their last runs went. */
import type { FleetDevices, ReportedSource, TaskRuns } from '../../ports/fleet-commands.ts';
import type { TaskView } from '../../ports/fleet-desk.ts';

export interface TasksDeps {
  readonly devices: FleetDevices;
  readonly reports: ReportedSource;
  readonly runs: TaskRuns;
  readonly breathe: () => Promise<void>;
}

const SLICE = 2_000;

export async function listTasks(deps: TasksDeps): Promise<readonly TaskView[]> {
  const found = new Map<string, { devices: number; last: Record<string, number> }>();
  let seen = 0;
  for (const { id } of deps.devices.all()) {
    if (++seen % SLICE === 0) await deps.breathe();
    const declared = deps.reports.reported(id)?.declared.tasks ?? [];
    if (declared.length === 0) continue;
    const last = deps.runs.last(id);
    for (const task of declared) {
      const one = found.get(task) ?? { devices: 0, last: {} };
      const state = last.get(task)?.state ?? 'never';
      one.devices += 1;
      one.last[state] = (one.last[state] ?? 0) + 1;
      found.set(task, one);
    }
  }
  return [...found].sort(([a], [b]) => (a < b ? -1 : 1)).map(([task, one]) => ({ task, ...one }));
}
