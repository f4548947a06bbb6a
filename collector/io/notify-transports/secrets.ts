/** Secrets from files and the environment, read when they are needed. */
import { readFile } from 'node:fs/promises';
import { type SecretReader, TransportError } from '../../ports/notify.ts';

export function secretReader(env: Readonly<Record<string, string | undefined>>): SecretReader {
  return {
    async file(path) {
      try {
        return await readFile(path, 'utf8');
      } catch (error) {
        const code = error instanceof Error && 'code' in error ? String(error.code) : 'unreadable';
        throw new TransportError(`${path}: ${code}`, true);
      }
    },
    variable: (name) => env[name],
  };
}
