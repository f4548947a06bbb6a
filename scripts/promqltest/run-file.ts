/** Finds the `.test` files of a folder and the folders in it, and runs one of them. */
import { readdir, readFile } from 'node:fs/promises';
import { basename, join } from 'node:path';
import { compareText } from '../../collector/core/text.ts';
import { type CaseResult, type RunOptions, runScript } from './run-script.ts';
import { ScriptError } from './script.ts';

export interface FileResult {
  /** Inside the folder. */
  readonly file: string;
  readonly results: readonly CaseResult[];
  /** The file could not be read as a test. */
  readonly problem?: string;
}

export async function testFiles(folder: string, only?: string): Promise<readonly string[]> {
  const found = await readdir(folder, { recursive: true });
  return found
    .filter((file) => file.endsWith('.test') && (only === undefined || matches(file, only)))
    .sort(compareText);
}

const matches = (file: string, only: string) =>
  [file, basename(file), basename(file, '.test')].includes(only);

export async function runFile(
  folder: string,
  file: string,
  options: RunOptions,
): Promise<FileResult> {
  try {
    const text = await readFile(join(folder, file), 'utf8');
    return { file, results: await runScript(basename(file), text, options) };
  } catch (error) {
    if (!(error instanceof ScriptError)) throw error;
    return { file, results: [], problem: `${file}:${error.line}: ${error.message}` };
  }
}
