/** The configuration file of alerts and the templates that it names, read from disk. */
import { open, readdir, stat } from 'node:fs/promises';
import { dirname, resolve } from 'node:path';
import { DEFAULT_CONFIG } from '../core/alerting/config/default.ts';
import type { AlertingFiles, TemplateFile } from '../ports/alerting.ts';
import { expandGlob } from '../rules/glob.ts';

/** Far above any sensible file; keeps a wrong path (a log, a disk image) from being parsed. */
const MAX_FILE_BYTES = 1_048_576;

/** Without a path, the configuration that is built in. */
export function alertingFiles(path: string | undefined): AlertingFiles {
  if (path === undefined) {
    return {
      config: () => Promise.resolve({ path: 'built-in', text: DEFAULT_CONFIG }),
      templates: () => Promise.resolve([]),
    };
  }
  return {
    config: async () => ({ path, text: await readText(path) }),
    templates: async (globs) => {
      const found = await Promise.all(globs.map((glob) => expand(resolve(dirname(path), glob))));
      const paths = [...new Set(found.flat())].sort((a, b) => (a < b ? -1 : 1));
      return Promise.all(
        paths.map(
          async (file): Promise<TemplateFile> => ({ path: file, text: await readText(file) }),
        ),
      );
    },
  };
}

async function readText(path: string): Promise<string> {
  try {
    const file = await open(path, 'r');
    try {
      const buffer = Buffer.alloc(MAX_FILE_BYTES + 1);
      const { bytesRead } = await file.read(buffer, 0, buffer.length, 0);
      if (bytesRead > MAX_FILE_BYTES) throw new Error(`${path} is over ${MAX_FILE_BYTES} bytes`);
      return buffer.toString('utf8', 0, bytesRead);
    } finally {
      await file.close();
    }
  } catch (error) {
    throw new Error(`${path} ${reason(error)}`, { cause: error });
  }
}

function reason(error: unknown): string {
  const { code, message } = error as NodeJS.ErrnoException;
  if (code === 'ENOENT') return 'does not exist';
  if (code === 'EACCES') return 'may not be read by this user';
  return code === 'EISDIR' ? 'is a folder' : `cannot be read (${message})`;
}

async function expand(glob: string): Promise<readonly string[]> {
  const paths = await expandGlob(glob, (folder) => readdir(folder));
  const checked = await Promise.all(
    paths.map(async (path) => ((await isFile(path)) ? [path] : [])),
  );
  return checked.flat();
}

async function isFile(path: string): Promise<boolean> {
  return stat(path).then(
    (found) => found.isFile(),
    () => false,
  );
}
