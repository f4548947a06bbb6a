/** Rule files on disk, named by paths and globs. */
import { readdir, readFile, stat } from 'node:fs/promises';
import { resolve } from 'node:path';
import type { RuleFiles, RuleFileText } from '../ports/rules.ts';
import { expandGlob } from '../rules/glob.ts';

/** Larger than any rule file that people write. */
const MAX_BYTES = 16 * 1024 * 1024;

export class DiskRuleFiles implements RuleFiles {
  private readonly patterns: () => readonly string[];
  private readonly base: string;

  /** Relative patterns are of `base`; they are asked for anew at each reading. */
  constructor(patterns: () => readonly string[], base: string) {
    this.patterns = patterns;
    this.base = base;
  }

  async read(): Promise<readonly RuleFileText[]> {
    const found = await Promise.all(
      this.patterns().map((pattern) => expandGlob(resolve(this.base, pattern), listFolder)),
    );
    const paths = [...new Set(found.flat())].sort();
    return Promise.all(paths.map(readText));
  }
}

async function readText(path: string): Promise<RuleFileText> {
  try {
    const { size } = await stat(path);
    if (size > MAX_BYTES) throw new Error(`larger than ${MAX_BYTES} bytes`);
    return { path, text: await readFile(path, 'utf8') };
  } catch (error) {
    throw new Error(`rule file ${path} cannot be read: ${String(error)}`, { cause: error });
  }
}

function listFolder(path: string): Promise<string[]> {
  return readdir(path);
}
