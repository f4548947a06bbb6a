/** The time zones that a file names, from the machine's own files: `/usr/share/zoneinfo`. */
import { readFile } from 'node:fs/promises';
import { join } from 'node:path';
import { learnZone } from '../core/tasks/zone.ts';

const FOLDER = '/usr/share/zoneinfo';
/** No way out of the folder. */
const NAME = /^[A-Za-z][A-Za-z0-9_+-]*(\/[A-Za-z0-9_+-]+){0,2}$/;

/** What is not there, or not readable, the runtime is asked about later. */
export async function learnZones(tree: unknown, folder = FOLDER): Promise<void> {
  const { tasks, windows } = Object(tree) as Record<string, unknown>;
  const schedules = valuesOf(tasks).map((task) => Object(task) as Record<string, unknown>);
  const places = [...valuesOf(windows), ...schedules.map(({ schedule }) => schedule)];
  const names = places.map((place) => (Object(place) as Record<string, unknown>)['timezone']);
  for (const name of new Set(names)) {
    if (typeof name !== 'string' || name === 'UTC' || !NAME.test(name)) continue;
    const file = await readFile(join(folder, name)).catch(() => undefined);
    if (file !== undefined) learnZone(name, file);
  }
}

function valuesOf(group: unknown): readonly unknown[] {
  return Object.values(Object(group) as object);
}
