/** Updates and packages as text, for facts; what cannot be read again counts as never written. */

import type { ReleaseManifest } from '../../../protocol/release.ts';
import { isManifest } from './manifest.ts';
import { UPDATE_STATES } from './table.ts';
import type { Update, UpdateItem } from './update.ts';

/** A package that is installed. */
export interface Installed {
  readonly manifest: ReleaseManifest;
  /** Path of the file that was installed, among the files of the manifest. */
  readonly file: string;
  /** `false`: something else runs than what was installed. */
  readonly isThere: boolean;
  readonly slot: string;
  /** The director's decision that brought it. */
  readonly assignment?: number;
}

/** A decision of the director that was believed, until what it names is installed. */
export interface Granted {
  /** Of what was granted: version and hashes of the files. */
  readonly what: string;
  readonly assignment: number;
}

/** How often a version was tried in vain. */
export interface Tried {
  /** Of what was tried: hashes of the files, so that a corrected release is tried anew. */
  readonly what: string;
  readonly times: number;
  readonly why: string;
  /** The last time, UTC milliseconds by the device's clock. */
  readonly at: number;
}

export function readUpdate(text: string | undefined): Update | undefined {
  const value = treeOf(text) as Partial<Update> | undefined;
  if (value === undefined || !UPDATE_STATES.some((state) => state === value.state))
    return undefined;
  const isWhole =
    typeof value.id === 'string' &&
    Array.isArray(value.items) &&
    value.items.every(isItem) &&
    [value.attempt, value.starts, value.startedAt].every(Number.isSafeInteger) &&
    typeof value.evidence === 'object';
  return isWhole ? (value as Update) : undefined;
}

export function readInstalled(text: string | undefined): Installed | undefined {
  const value = treeOf(text) as Partial<Installed> | undefined;
  const isWhole =
    value !== undefined &&
    isManifest(value.manifest) &&
    typeof value.file === 'string' &&
    typeof value.isThere === 'boolean' &&
    (value.assignment === undefined || Number.isSafeInteger(value.assignment)) &&
    typeof value.slot === 'string';
  return isWhole ? (value as Installed) : undefined;
}

export function readGranted(text: string | undefined): Granted | undefined {
  const value = treeOf(text) as Partial<Granted> | undefined;
  const isWhole = typeof value?.what === 'string' && Number.isSafeInteger(value.assignment);
  return isWhole ? (value as Granted) : undefined;
}

export function readTried(text: string | undefined): Tried | undefined {
  const value = treeOf(text) as Partial<Tried> | undefined;
  const isWhole =
    typeof value?.what === 'string' &&
    [value.times, value.at].every(Number.isSafeInteger) &&
    typeof value.why === 'string';
  return isWhole ? (value as Tried) : undefined;
}

function isItem(value: unknown): value is UpdateItem {
  const { name, manifest, from, file } = (value ?? {}) as Partial<UpdateItem>;
  return (
    typeof name === 'string' &&
    typeof file === 'string' &&
    isManifest(manifest) &&
    (from === undefined || isManifest(from))
  );
}

function treeOf(text: string | undefined): object | undefined {
  try {
    const value: unknown = JSON.parse(text ?? '');
    return typeof value === 'object' && value !== null && !Array.isArray(value) ? value : undefined;
  } catch {
    return undefined;
  }
}
