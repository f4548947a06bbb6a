/** Calls the installer of a release for one step, with what root has verified. */
import { join } from 'node:path';
import { check } from '../../../protocol/config/check.ts';
import type { ReleaseManifest } from '../../../protocol/release.ts';
import { fileFor } from '../../core/updates/manifest.ts';
import { installers } from '../../installers/index.ts';
import type { Installer, InstallJob, InstallStep, Version } from '../../installers/installer.ts';
import { createDisk } from '../../io/updates/disk.ts';
import { readMachine } from '../../io/updates/machine.ts';
import { createUnits } from '../../io/updates/units.ts';
import type { Machine } from '../../ports/updates.ts';
import { type Shelves, takenOver } from '../trust/files.ts';
import type { Granted } from '../trust/record.ts';
import type { VerbContext } from './verb.ts';

export interface StepTaken {
  readonly step: InstallStep;
  readonly to: Granted;
  /** What the step may go back to. */
  readonly installed: Granted | undefined;
}

/** Whose bytes a step reads; of all else the path is enough. */
const READS: Readonly<Record<InstallStep, { readonly to: boolean; readonly from: boolean }>> = {
  install: { to: true, from: true },
  switch: { to: true, from: false },
  undo: { to: false, from: true },
  discard: { to: false, from: false },
  keep: { to: false, from: false },
};

export async function act(
  { step, to, installed }: StepTaken,
  { declared, state, runner, signal, print }: VerbContext,
): Promise<void> {
  const { name, installer } = to.manifest;
  const of = await installers[installer.kind]();
  const machine = await readMachine();
  const shelves = { data: declared.place.data, own: join(state, 'files', name) };
  const fresh = await versionOf(to.manifest, READS[step].to, machine, shelves);
  const isAlike = installed?.manifest.installer.kind === of.kind;
  const from = isAlike
    ? // The bytes of an old version may be gone; an installer that needs them says so.
      await versionOf(installed.manifest, READS[step].from, machine, shelves, true)
    : undefined;
  const job: InstallJob = {
    to: fresh,
    options: optionsOf(of, to.manifest),
    ...(from && { from, fromOptions: optionsOf(of, from.manifest) }),
  };
  await of[step](job, {
    ...{ disk: createDisk(), runner, units: createUnits(runner), machine },
    // Only what lies beside may be left half done: whoever asked may be restarted by this very step.
    signal: step === 'install' ? signal : new AbortController().signal,
    print: (line: string) => print(`${line}\n`),
  });
}

async function versionOf(
  manifest: ReleaseManifest,
  isRead: boolean,
  { architecture }: Machine,
  shelves: Shelves,
  mayBeGone = false,
): Promise<Version> {
  const file = fileFor(manifest, architecture);
  const { name, version } = manifest;
  if (file === undefined) throw new Error(`${name} ${version} has no file for ${architecture}`);
  const path = join(shelves.own, file.sha256);
  if (isRead) {
    await takenOver(shelves, file).catch((error: unknown) => {
      if (!mayBeGone) throw error;
    });
  }
  return { manifest, file, path };
}

function optionsOf(of: Installer, { name, version, installer }: ReleaseManifest): unknown {
  const { value, problems } = check(of.schema, installer.options);
  const [problem] = problems;
  if (problem === undefined) return value;
  const where = ['installer.options', ...problem.keys].join('.');
  throw new Error(`${name} ${version}: ${where} ${problem.message}`);
}
