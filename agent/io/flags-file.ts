/**
 * The file of feature flags for local applications: JSON, readable by all, replaced as a whole and
 * only when something changed. It is made anew at each start from what the agent keeps, so it need
 * not survive a power cut.
 */
import { chmod, mkdir, readFile, rename, rm, writeFile } from 'node:fs/promises';
import { dirname } from 'node:path';

const MODE = 0o644;

export interface FlagsFile {
  /** Rejects when it cannot be written; the old one is there then. */
  write(flags: { readonly version: number; readonly values: object }): Promise<void>;
}

export function createFlagsFile(path: string): FlagsFile {
  return {
    write: async ({ version, values }) => {
      const text = `${JSON.stringify({ version, flags: values })}\n`;
      if ((await readFile(path, 'utf8').catch(() => undefined)) === text) return;
      const draft = `${path}.new`;
      await mkdir(dirname(path), { recursive: true, mode: 0o755 });
      try {
        await writeFile(draft, text, { mode: MODE });
        // Whatever the umask was.
        await chmod(draft, MODE);
        await rename(draft, path);
      } catch (error) {
        await rm(draft, { force: true });
        throw error;
      }
    },
  };
}
