/** An authority of the test, and certificates that it signs: good ones and such that are over. */
import { execFileSync } from 'node:child_process';
import { readFileSync, writeFileSync } from 'node:fs';
import { join } from 'node:path';

const NEW_KEY = '-newkey ec -pkeyopt ec_paramgen_curve:P-256 -nodes'.split(' ');

export interface Issued {
  readonly cert: string;
  readonly key: string;
  readonly certFile: string;
  readonly keyFile: string;
}

export class Authority {
  readonly #folder: string;
  readonly caFile: string;
  readonly ca: string;
  #issued = 0;

  constructor(folder: string) {
    this.#folder = folder;
    this.caFile = join(folder, 'ca.pem');
    const own = ['-x509', ...NEW_KEY, '-days', '100', '-subj', '/CN=Test authority'];
    openssl('req', ...own, '-keyout', join(folder, 'ca.key'), '-out', this.caFile);
    this.ca = readFileSync(this.caFile, 'utf8');
  }

  /** For `localhost` and 127.0.0.1, so many days from now on; -1: it ended a day ago. */
  issue(days: number, names = 'DNS:localhost,IP:127.0.0.1'): Issued {
    this.#issued += 1;
    const at = (end: string) => join(this.#folder, `leaf${this.#issued}.${end}`);
    const [keyFile, certFile] = [at('key'), at('pem')];
    writeFileSync(at('ext'), `subjectAltName=${names}\n`);
    openssl('req', ...NEW_KEY, '-subj', '/CN=leaf', '-keyout', keyFile, '-out', at('csr'));
    const signer = ['-CA', this.caFile, '-CAkey', join(this.#folder, 'ca.key')];
    const rest = ['-days', String(days), '-extfile', at('ext'), '-in', at('csr')];
    openssl('x509', '-req', ...signer, '-CAcreateserial', ...rest, '-out', certFile);
    const [cert, key] = [readFileSync(certFile, 'utf8'), readFileSync(keyFile, 'utf8')];
    return { cert, key, certFile, keyFile };
  }
}

function openssl(...args: string[]): void {
  execFileSync('openssl', args, { stdio: 'ignore' });
}
