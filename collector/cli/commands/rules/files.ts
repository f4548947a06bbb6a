/** Files that a person names on the command line. */
import { readdir, readFile } from 'node:fs/promises';
import { dirname, isAbsolute, join } from 'node:path';
import { expandGlob } from '../../../rules/glob.ts';
import type { RuleText } from '../../../rules/load.ts';

/** The text, or why there is none. */
export async function readText(
  path: string,
): Promise<{ readonly text: string } | { readonly problem: string }> {
  try {
    return { text: await readFile(path, 'utf8') };
  } catch (error) {
    const code = (error as NodeJS.ErrnoException).code ?? String(error);
    return { problem: code === 'ENOENT' ? 'no such file' : `cannot be read (${code})` };
  }
}

/** What a pattern in a test file means: relative to the file, with wildcards. */
export function readerBeside(testFile: string): (pattern: string) => Promise<RuleText[]> {
  return async (pattern) => {
    const full = isAbsolute(pattern) ? pattern : join(dirname(testFile), pattern);
    const paths = await expandGlob(full, (folder) => readdir(folder));
    return Promise.all(paths.map(async (path) => ({ path, text: await readFile(path, 'utf8') })));
  };
}
