/**
 * A folder of its own for a test, gone afterwards. In memory where MUSTER_TEST_FOLDER says so, as in
 * `npm run check`; `onDisk` for tests of code that minds where its files are.
 */
import { mkdtemp, rm } from 'node:fs/promises';
import { tmpdir } from 'node:os';
import { join } from 'node:path';

export interface TempFolder extends AsyncDisposable {
  readonly path: string;
}

/** Where folders of tests lie. */
export const folderOfTests = process.env['MUSTER_TEST_FOLDER'] ?? tmpdir();

export const onDisk = (name: string): Promise<TempFolder> => make(tmpdir(), name);

export const tempFolder = (name = 'test'): Promise<TempFolder> => make(folderOfTests, name);

async function make(folder: string, name: string): Promise<TempFolder> {
  const path = await mkdtemp(join(folder, `muster-${name}-`));
  return {
    path,
    [Symbol.asyncDispose]: () => rm(path, { recursive: true, force: true, maxRetries: 3 }),
  };
}
