/** What the commands run with in the real program. */
import { constants } from 'node:fs';
import { access, mkdir, writeFile } from 'node:fs/promises';
import { verifyData } from '../io/verify.ts';
import type { CommandIo } from '../ports/commands.ts';
import { problemsOfFiles } from './check-files.ts';

export function commandIo(): CommandIo {
  return {
    env: process.env,
    out: (text) => process.stdout.write(text),
    err: (text) => process.stderr.write(text),
    makeFolder: async (path, mode) => {
      const made = await mkdir(path, { recursive: true, mode });
      await access(path, constants.R_OK | constants.W_OK | constants.X_OK);
      return made !== undefined;
    },
    makeFile: async (path, text, mode) => {
      try {
        await writeFile(path, text, { flag: 'wx', mode });
        return true;
      } catch (error) {
        if ((error as NodeJS.ErrnoException).code === 'EEXIST') return false;
        throw error;
      }
    },
    problemsOfFiles,
    verify: verifyData,
  };
}
