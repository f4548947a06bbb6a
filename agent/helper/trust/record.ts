/**
 * What root knows of a package: the version that was kept, and the one on its way. What may be done
 * follows from it; the agent's word about the past counts for nothing. Pure.
 */
import type { ReleaseManifest } from '../../../protocol/release.ts';
import { identity } from '../../core/updates/manifest.ts';
import type { InstallStep } from '../../installers/installer.ts';

export interface Granted {
  readonly manifest: ReleaseManifest;
  /** Of the director's decision. */
  readonly assignment: number;
}

export interface Pending extends Granted {
  readonly state: 'granted' | 'switched' | 'undone';
  /** A switch to another one before was neither kept nor undone: what runs is not what was kept. */
  readonly isUnsettled?: true;
}

export interface PackageRecord {
  readonly installed?: Granted;
  readonly pending?: Pending;
}

export type Decision =
  /** Only if the director says so now. */
  | { readonly kind: 'ask-director' }
  /** It follows from what was granted before. */
  | { readonly kind: 'act'; readonly to: Pending }
  | { readonly kind: 'nothing'; readonly why: string }
  | { readonly kind: 'refuse'; readonly why: string };

interface Asked {
  readonly step: InstallStep;
  readonly version: string;
  /** Empty: nothing, as far as whoever asks knows. */
  readonly from: string;
}

export function decide({ step, version, from }: Asked, record: PackageRecord): Decision {
  const { installed } = record;
  const pending = record.pending?.manifest.version === version ? record.pending : undefined;
  const isKept = pending === undefined && installed?.manifest.version === version;
  if (step === 'keep' && isKept) return nothing(`${version} is kept already`);
  if (step === 'discard') return discard(pending, version);
  const known = installed?.manifest.version ?? '';
  if (from !== '' && from !== known) {
    const there = known === '' ? 'installed nothing' : `installed ${known}`;
    return refuse(`attack: rollback: ${from} is named as the way back, and root ${there}`);
  }
  switch (step) {
    case 'install':
      return { kind: 'ask-director' };
    case 'switch':
      return switching(pending, version);
    case 'undo':
      if (isKept)
        return refuse(`attack: rollback: ${version} is kept; only the director leads back`);
      if (pending === undefined || (pending.state === 'granted' && !pending.isUnsettled)) {
        return nothing(`${version} was never switched to`);
      }
      return { kind: 'act', to: pending };
    case 'keep':
      if (pending?.state === 'switched') return { kind: 'act', to: pending };
      return refuse(`${version} was never switched to, so it is not kept`);
  }
}

function switching(pending: Pending | undefined, version: string): Decision {
  if (pending === undefined || pending.state === 'undone') {
    return refuse(`${version} is not laid ready; install comes before switch`);
  }
  // A switch that was begun is ended, also when the director was not heard since.
  return pending.state === 'switched' ? { kind: 'act', to: pending } : { kind: 'ask-director' };
}

function discard(pending: Pending | undefined, version: string): Decision {
  if (pending === undefined) return nothing(`nothing is there of ${version}`);
  if (pending.state !== 'switched') return { kind: 'act', to: pending };
  return refuse(`${version} may be what runs; undo comes before discard`);
}

function nothing(why: string): Decision {
  return { kind: 'nothing', why };
}

function refuse(why: string): Decision {
  return { kind: 'refuse', why };
}

/** To be written before the step is taken, so that a cut in it is known. */
export function begun(step: InstallStep, to: Pending, record: PackageRecord): PackageRecord {
  const { pending } = record;
  if (step === 'install') {
    const isUnsettled = pending?.state === 'switched' || pending?.isUnsettled === true;
    const fresh = { ...to, state: 'granted', ...(isUnsettled && { isUnsettled }) } as const;
    return { ...record, pending: fresh };
  }
  return step === 'switch' ? { ...record, pending: { ...to, state: 'switched' } } : record;
}

/** After it. */
export function ended(step: InstallStep, to: Pending, record: PackageRecord): PackageRecord {
  const { manifest, assignment } = to;
  const { installed } = record;
  if (step === 'undo') return { ...record, pending: { manifest, assignment, state: 'undone' } };
  if (step === 'keep') return { installed: { manifest, assignment } };
  return step === 'discard' ? { ...(installed && { installed }) } : record;
}

/** Hashes of all files that a later step may read. */
export function sumsOf({ installed, pending }: PackageRecord): readonly string[] {
  const both = [installed, pending].flatMap((one) => one?.manifest ?? []);
  return both.flatMap(({ files }) => files.map(({ sha256 }) => sha256));
}

/** The same version of the same bytes. */
export function isSame(one: Granted, other: Granted): boolean {
  return identity(one.manifest) === identity(other.manifest);
}
