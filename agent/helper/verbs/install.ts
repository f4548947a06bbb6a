/**
 * Takes one step of an installer as root. The request names a step, a package and versions, nothing
 * else: where, which unit and which programs stand in the manifest of the helper's own store.
 */
import { join } from 'node:path';
import { check } from '../../../protocol/config/check.ts';
import type { ReleaseManifest } from '../../../protocol/release.ts';
import { fileFor } from '../../core/updates/manifest.ts';
import { installers } from '../../installers/index.ts';
import type { Installer, InstallJob, Version } from '../../installers/installer.ts';
import { createDisk } from '../../io/updates/disk.ts';
import { readMachine } from '../../io/updates/machine.ts';
import { createUnits } from '../../io/updates/units.ts';
import type { Machine } from '../../ports/updates.ts';
import { forget, takenOver, trustedManifest } from '../released.ts';
import { refused, type Verb } from './verb.ts';

/** systemd's StateDirectory= hands it over. */
const USUAL_STATE = '/var/lib/muster-helper';
/** Steps that read the new file; the way back reads the old one, where there still is one. */
const READS = new Set(['install', 'switch']);

/** Two steps of root at once could work against each other. */
let busy = false;

export const install: Verb<'install'> = async (request, context) => {
  if (busy) return refused('another step is being taken');
  busy = true;
  try {
    return await taken(request, context);
  } finally {
    busy = false;
  }
};

const taken: Verb<'install'> = async ({ step, name, version, from }, context) => {
  const { folder } = context.declared.place;
  const found = await trustedManifest(folder, name, version);
  if (!found.ok) return refused(found.why);
  const before = from === '' ? undefined : await trustedManifest(folder, name, from);
  if (before?.ok === false) return refused(before.why);
  const of = await installers[found.value.installer.kind]();
  const machine = await readMachine();
  const files = join(process.env['STATE_DIRECTORY'] ?? USUAL_STATE, 'files', name);
  const place = { machine, files, staging: join(context.declared.place.data, 'updates', 'files') };
  const to = await versionOf(found.value, READS.has(step), place);
  const options = optionsOf(of, found.value);
  if (to === undefined || options === undefined)
    return refused('the manifest does not fit this device');
  const old = before === undefined ? {} : await beforeOf(of, before.value, place);
  const job: InstallJob = { to, options, ...old };
  await of[step](job, {
    ...{ disk: createDisk(), runner: context.runner, units: createUnits(context.runner), machine },
    ...{ signal: context.signal, print: (line: string) => context.print(`${line}\n`) },
  });
  const sums = [to.file.sha256, ...(job.from === undefined ? [] : [job.from.file.sha256])];
  if (step === 'keep') await forget(files, sums);
  return { ok: true, text: `${step} of ${name} ${version} is done` };
};

interface Place {
  readonly machine: Machine;
  readonly files: string;
  readonly staging: string;
}

async function beforeOf(
  of: Installer,
  manifest: ReleaseManifest,
  place: Place,
): Promise<Pick<InstallJob, 'from' | 'fromOptions'>> {
  if (manifest.installer.kind !== of.kind) return {};
  const from = await versionOf(manifest, false, place);
  const fromOptions = optionsOf(of, manifest);
  return from === undefined || fromOptions === undefined ? {} : { from, fromOptions };
}

async function versionOf(
  manifest: ReleaseManifest,
  isRead: boolean,
  { machine, files, staging }: Place,
): Promise<Version | undefined> {
  const file = fileFor(manifest, machine.architecture);
  if (file === undefined) return undefined;
  const taken = takenOver(join(staging, file.sha256), files, file);
  // Of an old version the bytes may be gone; an installer that needs them says so.
  const path = isRead ? await taken : await taken.catch(() => join(files, file.sha256));
  return { manifest, file, path };
}

function optionsOf(of: Installer, { installer }: ReleaseManifest): unknown {
  return check(of.schema, installer.options).value;
}
