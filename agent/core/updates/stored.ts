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
}

/** How often a version was tried in vain. */
export interface Tried {
  /** Of what was tried: hashes of the files, so that a corrected release is tried anew. */
  readonly what: string;
  readonly times: number;
  readonly why: string;
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
    typeof value.slot === 'string';
  return isWhole ? (value as Installed) : undefined;
}

export function readTried(text: string | undefined): Tried | undefined {
  const value = treeOf(text) as Partial<Tried> | undefined;
  const isWhole =
    typeof value?.what === 'string' &&
    Number.isSafeInteger(value.times) &&
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
