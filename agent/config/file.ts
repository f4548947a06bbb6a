/** Reads the configuration file and the files it names: all of the configuration's I/O. */
import { open } from 'node:fs/promises';
import type { ConfigDocument } from '../../protocol/config/assemble.ts';
import { NO_FILE } from '../../protocol/config/assemble.ts';
import type { ConfigProblem } from '../../protocol/config/problem.ts';
import { finding } from '../../protocol/config/problem.ts';
import type { Secret } from '../../protocol/config/secret.ts';
import { hide } from '../../protocol/config/secret.ts';

/** Far above any sensible file; keeps a wrong path (a log, a disk image) from being parsed. */
const MAX_FILE_BYTES = 262_144;

type Outcome<T> =
  | { readonly ok: true; readonly value: T }
  | { readonly ok: false; readonly problems: readonly ConfigProblem[] };

/** The parsed file, or an empty one when no path is given. */
export async function readDocument(path: string | undefined): Promise<Outcome<ConfigDocument>> {
  if (path === undefined) return { ok: true, value: NO_FILE };
  const text = await readText(path);
  if (!text.ok) return refusal(`${path} ${text.why}`);
  const { parseDocument } = await import('./document.ts');
  const parsed = parseDocument(text.value);
  if (parsed.ok) return { ok: true, value: parsed.document };
  return { ok: false, problems: [{ ...parsed.problem, path: '' }] };
}

/** The secret in a file of its own: its first line. */
export async function readSecret(path: string, keys: readonly string[]): Promise<Outcome<Secret>> {
  const text = await readText(path);
  if (!text.ok) return refusal(`${path} ${text.why}`, keys);
  const line = text.value.split(/\r?\n/, 1)[0] ?? '';
  return line === '' ? refusal(`${path} is empty`, keys) : { ok: true, value: hide(line) };
}

async function readText(
  path: string,
): Promise<{ ok: true; value: string } | { ok: false; why: string }> {
  try {
    const file = await open(path, 'r');
    try {
      const buffer = Buffer.alloc(MAX_FILE_BYTES + 1);
      const { bytesRead } = await file.read(buffer, 0, buffer.length, 0);
      if (bytesRead > MAX_FILE_BYTES) return { ok: false, why: `is over ${MAX_FILE_BYTES} bytes` };
      return { ok: true, value: buffer.toString('utf8', 0, bytesRead) };
    } finally {
      await file.close();
    }
  } catch (error) {
    return { ok: false, why: reason(error as NodeJS.ErrnoException) };
  }
}

function reason({ code, message }: NodeJS.ErrnoException): string {
  if (code === 'ENOENT') return 'does not exist';
  if (code === 'EACCES') return 'may not be read by this user';
  return code === 'EISDIR' ? 'is a folder' : `cannot be read (${message})`;
}

function refusal(message: string, keys: readonly string[] = []): Outcome<never> {
  const problem = { ...finding('unreadable', keys, message), path: keys.join('.') };
  return { ok: false, problems: [problem] };
}
