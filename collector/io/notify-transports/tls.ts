/** A receiver's TLS settings as Node takes them. */
import { isIP } from 'node:net';
import type { ConnectionOptions } from 'node:tls';
import type { TlsOptions } from '../../ports/notify.ts';

export function tlsSettings(tls: TlsOptions | undefined, host: string): ConnectionOptions {
  const name = tls?.serverName ?? host.replace(/^\[|\]$/g, '');
  return {
    // An address is no server name, but certificates are still checked against it.
    ...(isIP(name) === 0 ? { servername: name } : {}),
    minVersion: tls?.minVersion ?? 'TLSv1.2',
    ...(tls?.ca === undefined ? {} : { ca: tls.ca }),
    ...(tls?.cert === undefined ? {} : { cert: tls.cert }),
    ...(tls?.key === undefined ? {} : { key: tls.key.reveal() }),
    rejectUnauthorized: tls?.insecureSkipVerify !== true,
  };
}
