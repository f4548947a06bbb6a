/** A connection for a probe, with TLS or without, and what the server's certificate says. */
import { isIP, type Socket } from 'node:net';
import type { DetailedPeerCertificate, TLSSocket } from 'node:tls';
import type { CertificateSeen, ProbeTarget, ProbeTls } from '../../ports/probing.ts';
import { connectInto } from '../read-into.ts';
import { CertificateError, type Keep } from './probe.ts';

export interface OpenSocket {
  readonly socket: Socket;
  /** When the look-up began, by `performance.now()`. */
  readonly began: number;
  readonly seen: {
    readonly certificates?: readonly CertificateSeen[];
    readonly distrust?: string;
  };
}

const MOST_CERTIFICATES = 10;

/** Of all probes: none keeps what it is shown. */
const heard = Buffer.allocUnsafeSlow(16_384);

/** What comes is a view that is good until the listener of `data` returns; listen before anything else. */
export async function openSocket(target: ProbeTarget, keep: Keep): Promise<OpenSocket> {
  const { host, port, tls } = target;
  const began = performance.now();
  if (tls === undefined) {
    return {
      socket: await ready(connectInto(heard, { host, port }), 'connect', keep),
      began,
      seen: {},
    };
  }
  // Megabytes that a device without TLS never needs.
  const { connect: connectTls } = await import('node:tls');
  const socket = await ready(
    connectTls({ host, port, ...tlsOptions(tls, host), rejectUnauthorized: false }),
    'secureConnect',
    keep,
  );
  const seen = seenOf(socket);
  if (tls.verify && seen.distrust !== undefined) {
    throw new CertificateError(
      `its certificate is not trusted: ${seen.distrust}`,
      seen.certificates,
    );
  }
  return { socket, began, seen };
}

/** As node:tls wants it; a server that has no name is asked for none. */
function tlsOptions({ ca, servername }: ProbeTls, host: string) {
  const name = servername ?? (isIP(host) === 0 ? host : undefined);
  return {
    ...(name === undefined ? {} : { servername: name }),
    ...(ca === undefined ? {} : { ca }),
  };
}

export function secondsSince(began: number): number {
  return (performance.now() - began) / 1000;
}

function ready<S extends Socket>(
  socket: S,
  event: 'connect' | 'secureConnect',
  keep: Keep,
): Promise<S> {
  keep(() => socket.destroy());
  return new Promise((resolve, reject) => {
    let isOpen = false;
    // Stays: a late error of a socket that nobody listens to would end the process.
    socket.on('error', reject);
    socket.on('close', () => {
      // An error is dear, and most sockets close because they are through.
      if (!isOpen) reject(new Error('it hung up'));
    });
    socket.on(event, () => {
      isOpen = true;
      resolve(socket);
    });
  });
}

function seenOf(socket: TLSSocket) {
  const certificates = chain(socket.getPeerCertificate(true)).map((certificate) => ({
    subject: [certificate.subject?.CN].flat().join(', ') || 'a certificate without a name',
    from: Date.parse(certificate.valid_from) / 1000,
    to: Date.parse(certificate.valid_to) / 1000,
  }));
  if (socket.authorized) return { certificates };
  return { certificates, distrust: distrustOf(socket.authorizationError) };
}

/** A self-signed certificate is its own issuer: the chain ends there. */
function chain(first: DetailedPeerCertificate): DetailedPeerCertificate[] {
  const all: DetailedPeerCertificate[] = [];
  let next: DetailedPeerCertificate | undefined = first;
  while (next?.valid_to !== undefined && !all.includes(next) && all.length < MOST_CERTIFICATES) {
    all.push(next);
    next = next.issuerCertificate;
  }
  return all;
}

const DISTRUST: Readonly<Record<string, string>> = {
  CERT_HAS_EXPIRED: 'it has expired',
  CERT_NOT_YET_VALID: 'it is not valid yet',
  DEPTH_ZERO_SELF_SIGNED_CERT: 'it is self-signed',
  SELF_SIGNED_CERT_IN_CHAIN: 'its chain ends in an authority that is not known here',
  UNABLE_TO_GET_ISSUER_CERT_LOCALLY: 'its issuer is not known here',
  UNABLE_TO_VERIFY_LEAF_SIGNATURE: 'its issuer is not known here',
  ERR_TLS_CERT_ALTNAME_INVALID: 'it is for another name',
};

/** Node gives a code or an error that has one. */
function distrustOf(error: unknown): string {
  const code = (error as { code?: unknown } | null)?.code ?? error;
  return typeof code === 'string' ? (DISTRUST[code] ?? code) : 'unknown reason';
}
