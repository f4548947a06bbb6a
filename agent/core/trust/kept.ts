/**
 * Which files of metadata a verified set consists of, by the names that their servers give them:
 * whoever has these files and the first root can verify the set anew. Pure.
 */
import { Buffer } from 'node:buffer';
import { MAX_BYTES, type TopRole } from '../../../protocol/tuf/metadata.ts';
import { readMetadata } from '../../../protocol/tuf/read.ts';
import type { TrustedSet } from './trusted.ts';

/** What came for this repository in one check, in that order. */
export type Came = readonly { readonly file: string; readonly text: string }[];

export function keptFiles(set: TrustedSet, came: Came): ReadonlyMap<string, string> {
  const files = new Map<string, string>();
  // Each root was verified by the one before it, up to the one that is trusted now.
  const roots = came.filter(({ file }) => file.endsWith('.root.json'));
  const last = roots.findIndex(({ text }) => text === set.root);
  for (const { file, text } of roots.slice(0, last + 1)) files.set(file, text);

  const root = readMetadata('root', Buffer.from(set.root), MAX_BYTES.root, 'root');
  if (!root.ok) return files;
  const { consistentSnapshot, version } = root.value.signed;
  files.set(`${version}.root.json`, set.root);
  const put = (type: Exclude<TopRole, 'root'>, role: string, text: string) => {
    const name = nameOf(type, role, text, consistentSnapshot);
    if (name !== undefined) files.set(name, text);
  };
  // In the order in which they may appear: what leads to a file comes after it.
  for (const [role, text] of Object.entries(set.roles)) put('targets', role, text);
  if (set.snapshot !== undefined) put('snapshot', 'snapshot', set.snapshot);
  if (set.timestamp !== undefined) put('timestamp', 'timestamp', set.timestamp);
  return files;
}

function nameOf(
  type: Exclude<TopRole, 'root'>,
  role: string,
  text: string,
  isNumbered: boolean,
): string | undefined {
  const read = readMetadata(type, Buffer.from(text), MAX_BYTES[type], role);
  if (!read.ok) return undefined;
  const isPlain = type === 'timestamp' || !isNumbered;
  return isPlain ? `${role}.json` : `${read.value.signed.version}.${role}.json`;
}

/** `<version>.<role>.json` or `<role>.json`; what is neither has no role. */
export function roleOf(file: string): string | undefined {
  return /^(?:\d{1,16}\.)?(.+)\.json$/.exec(file)?.[1];
}

/** Version of the director's targets that was believed last. */
export function directedBy({ roles }: TrustedSet): number | undefined {
  const text = roles['targets'];
  if (text === undefined) return undefined;
  const read = readMetadata('targets', Buffer.from(text), MAX_BYTES.targets, 'targets');
  return read.ok ? read.value.signed.version : undefined;
}
