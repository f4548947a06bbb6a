/** From where a secret is to what it is; and its text taken out of what people will read. */
import { hide, type Secret } from '../../../protocol/config/secret.ts';
import { type SecretReader, TransportError } from '../../ports/notify.ts';
import type { SecretSource } from './fields.ts';

/** Throws TransportError: a file may be there at the next try. */
export async function reveal(source: SecretSource, reader: SecretReader): Promise<Secret> {
  if (source.from === 'text') return source.secret;
  if (source.from === 'file') return hide((await reader.file(source.path)).trim());
  const value = reader.variable(source.variable);
  if (value === undefined || value === '') {
    throw new TransportError(`the environment has no ${source.variable}`, true);
  }
  return hide(value);
}

/** Shorter ones would turn up in any text. */
const SHORTEST = 4;

/** Whole, in parts (a URL's path and user), and encoded. */
export function redact(text: string, secrets: readonly (Secret | undefined)[]): string {
  let clean = text;
  for (const secret of secrets) {
    if (secret === undefined) continue;
    for (const part of partsOf(secret.reveal())) clean = clean.replaceAll(part, '[secret]');
  }
  return clean;
}

function partsOf(secret: string): readonly string[] {
  const parts = [secret, encodeURIComponent(secret)];
  if (URL.canParse(secret)) {
    const { pathname, search, username, password } = new URL(secret);
    parts.push(pathname + search, pathname, search, username, password);
    parts.push(...pathname.split('/').filter((part) => part.length >= 16));
  }
  return parts.filter((part) => part.length >= SHORTEST).sort((a, b) => b.length - a.length);
}
