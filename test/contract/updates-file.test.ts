/** The installer `file` on a real disk: modes, the way back, steps that are repeated. */
import { chmod, mkdir, readdir, readFile, stat, writeFile } from 'node:fs/promises';
import { join } from 'node:path';
import { afterEach, beforeEach, describe, expect, it } from 'vitest';
import { file } from '../../agent/installers/file.ts';
import type { InstallJob } from '../../agent/installers/installer.ts';
import { here, versionAt } from '../support/installers/here.ts';
import { type TempFolder, tempFolder } from '../support/temp-folder.ts';

let folder: TempFolder;

beforeEach(async () => {
  folder = await tempFolder('file');
  await mkdir(join(folder.path, 'etc'));
});

afterEach(() => folder[Symbol.asyncDispose]());

const at = () => join(folder.path, 'etc/rules');
const says = () => readFile(at(), 'utf8').catch(() => 'nothing');

async function jobOf(version: string, mode = 0o640): Promise<InstallJob> {
  const path = join(folder.path, version);
  await writeFile(path, `rules ${version}`);
  const options = { path: at(), mode, unit: 'web.service', root: false };
  return { to: await versionAt(path, { version, installer: { kind: 'file', options } }), options };
}

describe('a file', () => {
  it('comes with its mode, its unit is restarted, and nothing stays beside it', async () => {
    const [job, context] = [await jobOf('1.0.0'), here()];
    for (const step of ['install', 'switch', 'keep'] as const) {
      // Each may have been cut off, and is done again.
      await file[step](job, context);
      await file[step](job, context);
    }
    expect(await says()).toBe('rules 1.0.0');
    expect((await stat(at())).mode & 0o777).toBe(0o640);
    expect(context.restarted).toEqual(['web.service', 'web.service']);
    expect(await readdir(join(folder.path, 'etc'))).toEqual(['rules']);
    expect((await file.present(job, context)).isRunning).toBe(true);
    await writeFile(at(), 'changed by hand');
    expect((await file.present(job, context)).isRunning).toBe(false);
  });

  it('goes back to what a person had put there, with its mode', async () => {
    await writeFile(at(), 'by hand');
    await chmod(at(), 0o604);
    const [job, context] = [await jobOf('1.0.0'), here()];
    for (const step of ['install', 'switch', 'undo', 'undo', 'discard'] as const) {
      await file[step](job, context);
    }
    expect(await says()).toBe('by hand');
    expect((await stat(at())).mode & 0o777).toBe(0o604);
    expect(await readdir(join(folder.path, 'etc'))).toEqual(['rules']);
  });

  it('goes back to nothing where nothing was', async () => {
    const [job, context] = [await jobOf('1.0.0'), here()];
    for (const step of ['install', 'switch', 'undo', 'discard'] as const) {
      await file[step](job, context);
    }
    expect(await says()).toBe('nothing');
  });

  it('refuses a file that is another than the one that was signed, and touches nothing', async () => {
    await writeFile(at(), 'before');
    const [job, context] = [await jobOf('1.0.0'), here()];
    await writeFile(job.to.path, 'rules 9.9.9');
    await expect(file.install(job, context)).rejects.toThrow('did not arrive as it was sent');
    await file.discard(job, context);
    expect(await says()).toBe('before');
    expect(await readdir(join(folder.path, 'etc'))).toEqual(['rules']);
  });
});
