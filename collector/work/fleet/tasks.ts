/** The tasks that devices declare, over the whole fleet, and how their runs went. */
import { compareText } from '../../core/text.ts';
import type { FleetHistory } from '../../ports/fleet.ts';
import type { FleetDevices } from '../../ports/fleet-commands.ts';
import type { TaskView } from '../../ports/fleet-desk.ts';

export interface TasksDeps {
  readonly devices: FleetDevices;
  readonly history: FleetHistory;
  readonly breathe: () => Promise<void>;
}

const SLICE = 2_000;

export async function listTasks({ devices, history, breathe }: TasksDeps): Promise<TaskView[]> {
  const declared = new Map<string, number>();
  let seen = 0;
  for (const { reported } of devices.all()) {
    if (++seen % SLICE === 0) await breathe();
    for (const task of reported?.declared.tasks ?? []) {
      declared.set(task, (declared.get(task) ?? 0) + 1);
    }
  }
  const { tasks } = await history.summary({ subject: 'task', limit: 1 });
  const tallies = new Map(tasks.map((one) => [one.name, one]));
  const names = [...new Set([...declared.keys(), ...tallies.keys()])].sort(compareText);
  return names.map((task) => {
    const runs = tallies.get(task);
    return { task, devices: declared.get(task) ?? 0, ...(runs && { runs }) };
  });
}
