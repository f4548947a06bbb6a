/**
 * Root's own list of packages, one file each below `releases/`: what is kept and what is on its way,
 * with their manifests. A file is replaced as a whole and durably, before the step that it is about.
 */
import { readdir } from 'node:fs/promises';
import { join } from 'node:path';
import { isManifest } from '../../core/updates/manifest.ts';
import { createDisk } from '../../io/updates/disk.ts';
import type { Granted, PackageRecord, Pending } from './record.ts';

const disk = createDisk();
const STATES = ['granted', 'switched', 'undone'];
const FILE = /^([a-z0-9][a-z0-9-]{0,62})\.json$/;

export async function readRecord(state: string, name: string): Promise<PackageRecord> {
  const path = pathOf(state, name);
  const text = await disk.read(path);
  if (text === undefined) return {};
  const record = recordOf(text);
  if (record !== undefined) return record;
  // Only a disk damages it; for people to look at. The trusted metadata still knows what is old.
  await disk.rename(path, `${path}.damaged`);
  return {};
}

/** Of all packages, by name. */
export async function readRecords(state: string): Promise<ReadonlyMap<string, PackageRecord>> {
  const files = await readdir(join(state, 'releases')).catch(() => []);
  const names = files.flatMap((file) => FILE.exec(file)?.[1] ?? []);
  const all = names.map(async (name) => [name, await readRecord(state, name)] as const);
  return new Map(await Promise.all(all));
}

export async function writeRecord(
  state: string,
  name: string,
  record: PackageRecord,
): Promise<void> {
  await disk.write(pathOf(state, name), JSON.stringify(record));
}

function pathOf(state: string, name: string): string {
  return join(state, 'releases', `${name}.json`);
}

function recordOf(text: string): PackageRecord | undefined {
  try {
    const { installed, pending } = JSON.parse(text) as Partial<PackageRecord>;
    if (installed !== undefined && !isGranted(installed)) return undefined;
    if (pending !== undefined && !isPending(pending)) return undefined;
    return { ...(installed && { installed }), ...(pending && { pending }) };
  } catch {
    return undefined;
  }
}

function isPending(value: Pending): boolean {
  return isGranted(value) && STATES.includes(value.state);
}

function isGranted({ manifest, assignment }: Granted): boolean {
  return isManifest(manifest) && Number.isSafeInteger(assignment);
}
