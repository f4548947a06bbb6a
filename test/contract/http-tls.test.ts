/** HTTPS: the same routes behind a certificate, and nothing older than TLS 1.2. */
import { execFileSync, spawnSync } from 'node:child_process';
import { mkdtemp, readFile, rm } from 'node:fs/promises';
import { Agent, request } from 'node:https';
import type { AddressInfo } from 'node:net';
import { tmpdir } from 'node:os';
import { join } from 'node:path';
import { afterAll, beforeAll, describe, expect, it } from 'vitest';
import { httpFixture } from '../support/http-fixture.ts';

const missing = spawnSync('openssl', ['version']).status !== 0;

describe.skipIf(missing)('over TLS (skipped where openssl is missing)', () => {
  let fixture: ReturnType<typeof httpFixture>;
  let folder: string;
  let ca: Buffer;

  beforeAll(async () => {
    folder = await mkdtemp(join(tmpdir(), 'muster-tls-'));
    const [key, cert] = [join(folder, 'key.pem'), join(folder, 'cert.pem')];
    const names = ['-subj', '/CN=localhost', '-addext', 'subjectAltName=DNS:localhost'];
    const kind = [
      '-x509',
      '-newkey',
      'ec',
      '-pkeyopt',
      'ec_paramgen_curve:P-256',
      '-nodes',
      '-days',
      '1',
    ];
    execFileSync('openssl', ['req', ...kind, ...names, '-keyout', key, '-out', cert], {
      stdio: 'ignore',
    });
    ca = await readFile(cert);
    fixture = httpFixture({ tls: { key: await readFile(key), cert: ca } });
    await fixture.app.listen({ host: '127.0.0.1', port: 0 });
  });

  afterAll(async () => {
    await fixture.app.close();
    await rm(folder, { recursive: true });
  });

  function ask(options: { readonly maxVersion?: 'TLSv1.1' } = {}): Promise<number | undefined> {
    const { port } = fixture.app.server.address() as AddressInfo;
    const agent = new Agent({ ca, ...options, ...(options.maxVersion && { minVersion: 'TLSv1' }) });
    return new Promise((resolve, reject) => {
      const sent = request({ host: 'localhost', port, path: '/-/ready', agent }, (response) => {
        response.resume();
        resolve(response.statusCode);
      });
      sent.on('error', reject);
      sent.end();
    });
  }

  it('answers', async () => {
    expect(await ask()).toBe(200);
  });

  it('refuses what is older', async () => {
    await expect(ask({ maxVersion: 'TLSv1.1' })).rejects.toThrow();
  });
});
