/** TLS towards what is checked: its options, and what they mean for a probe. */
import { flag, type Infer, object, optional, text } from '../../../protocol/config/schema.ts';
import type { CertificateSeen, ProbeTls } from '../../ports/probing.ts';
import type { CheckContext } from '../check.ts';
import { readText } from './files.ts';

export const tlsSchema = object('TLS towards the server.', {
  caFile: optional(text('Trusted authorities in PEM, instead of the system’s.')),
  servername: optional(text('Name that the certificate must carry, when it is not the host’s.')),
  verify: flag('Whether an untrusted certificate is a failure.', { default: true }),
});

export type TlsOptions = Infer<typeof tlsSchema>;

export async function probeTls(options: TlsOptions, context: CheckContext): Promise<ProbeTls> {
  const { caFile, servername, verify } = options;
  return {
    verify,
    ...(servername === undefined ? {} : { servername }),
    ...(caFile === undefined ? {} : { ca: await readText(caFile, 'caFile', context) }),
  };
}

/** The earliest end of what a server showed, as a part of a finding. */
export function certificateEnd(seen: { readonly certificates?: readonly CertificateSeen[] }): {
  readonly certificateEnd?: number;
} {
  const ends = (seen.certificates ?? []).map(({ to }) => to).filter(Number.isFinite);
  return ends.length === 0 ? {} : { certificateEnd: Math.min(...ends) };
}
