/** The `url` of a receiver, which may hold a token and so is a secret. */
import type { Secret } from '../../../protocol/config/secret.ts';
import { type SecretReader, TransportError } from '../../ports/notify.ts';
import type { Fields, SecretSource } from './fields.ts';
import { reveal } from './secrets.ts';

export function readUrl(fields: Fields, key: string): SecretSource | undefined {
  const source = fields.neededSecret(key);
  if (source?.from === 'text' && !isHttp(source.secret.reveal())) {
    fields.problem(key, 'must be an address', 'e.g. https://example.org/hook');
  }
  return source;
}

/** Throws TransportError when what the file holds is no address. */
export async function urlNow(source: SecretSource, reader: SecretReader): Promise<Secret> {
  const url = await reveal(source, reader);
  if (!isHttp(url.reveal()))
    throw new TransportError('the address of the receiver is not one', false);
  return url;
}

function isHttp(text: string): boolean {
  return /^https?:\/\//.test(text) && URL.canParse(text);
}
