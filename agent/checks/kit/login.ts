/** User names and passwords: a password stands in a file of its own, never in the configuration. */
import { optional, text } from '../../../protocol/config/schema.ts';
import type { CheckContext } from '../check.ts';
import { readSecret } from './files.ts';

export const loginShape = {
  username: optional(text('User name to log in with.')),
  passwordFile: optional(text('File whose first line is the password.')),
};

export interface LoginOptions {
  readonly username?: string;
  readonly passwordFile?: string;
}

export interface Login {
  readonly username?: string;
  readonly password?: string;
}

export async function readLogin(options: LoginOptions, context: CheckContext): Promise<Login> {
  const { username, passwordFile } = options;
  const password = await readSecret(passwordFile, 'passwordFile', context);
  return {
    ...(username === undefined ? {} : { username }),
    ...(password === undefined ? {} : { password }),
  };
}
