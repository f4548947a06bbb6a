/** The check `certificate` with files and servers; certificates are made by openssl. */
import { writeFileSync } from 'node:fs';
import { createServer } from 'node:net';
import { join } from 'node:path';
import { createServer as createTls } from 'node:tls';
import { afterAll, beforeAll, describe, expect, it } from 'vitest';
import { certificateCheck } from '../../agent/checks/certificate.ts';
import { Authority, type Issued } from '../support/checks/certificates.ts';
import { OpenSockets } from '../support/checks/open-sockets.ts';
import { refusals, runCheck } from '../support/checks/run-check.ts';
import { FakeClock } from '../support/fake-clock.ts';
import { hasOpenssl } from '../support/notifiers/certificate.ts';
import { type TempFolder, tempFolder } from '../support/temp-folder.ts';

const DAY = 86_400_000;

describe.skipIf(!hasOpenssl)('certificate (skipped where openssl is missing)', () => {
  let folder: TempFolder;
  let authority: Authority;
  let good: Issued;
  let expired: Issued;

  beforeAll(async () => {
    folder = await tempFolder('mstr-certificate');
    authority = new Authority(folder.path);
    good = authority.issue(30);
    expired = authority.issue(-1);
  });
  afterAll(() => folder[Symbol.asyncDispose]());

  const at = (days: number) => ({ clock: new FakeClock(0, Date.now() + days * DAY) });
  const file = (text: string) => {
    const path = join(folder.path, 'written.pem');
    writeFileSync(path, text);
    return path;
  };

  describe('of a file', () => {
    it.each([
      [0, 'ok', /leaf ends in (29|30) days$/],
      [15, 'warning', /ends in 1[45] days$/],
      [25, 'critical', /ends in [45] days$/],
      [29.5, 'critical', /ends in 1[12] hours$/],
      [40, 'critical', /leaf ended (9|10) days ago$/],
      [-10, 'critical', /leaf is valid only in (9|10) days$/],
    ])('judges by the time that is left, %d days from now', async (days, state, text) => {
      const found = await runCheck(certificateCheck, { file: good.certFile }, at(days));
      expect(found).toMatchObject({ state, text: expect.stringMatching(text) as string });
      expect(found.figures).toMatchObject([{ name: 'remaining', unit: 'seconds' }]);
      expect(found.certificateEnd).toBeGreaterThan(0);
    });

    it('takes its own thresholds, and paths from the folder of the configuration', async () => {
      const name = good.certFile.split('/').at(-1) ?? '';
      const tree = { file: name, warning: '40d', critical: '1d' };
      const found = await runCheck(certificateCheck, tree, { folder: folder.path });
      expect(found.state).toBe('warning');
    });

    it('goes by the earliest end of a chain', async () => {
      const chain = file(`${authority.ca}\nnoise\n${good.cert}${expired.cert}`);
      const found = await runCheck(certificateCheck, { file: chain });
      expect(found).toMatchObject({
        state: 'critical',
        text: expect.stringContaining('ended') as string,
      });
    });

    it('sees at once that the file is another, and still judges one that stays', async () => {
      const path = file(good.cert);
      const memory = new Map<string, unknown>();
      const look = async (days: number) =>
        (await runCheck(certificateCheck, { file: path }, { memory, ...at(days) })).state;
      expect([await look(0), await look(15), await look(25)]).toEqual([
        'ok',
        'warning',
        'critical',
      ]);
      file(expired.cert);
      expect(await look(0)).toBe('critical');
      file('not one any more');
      expect(await look(0)).toBe('critical');
      file(good.cert);
      expect(await look(0)).toBe('ok');
    });

    it.each([
      ['a missing file', undefined, 'is missing or may not be read'],
      ['a file without one', 'hello', 'holds no certificate in PEM'],
      ['a key', 'key', 'holds no certificate in PEM'],
      ['a damaged one', 'damaged', 'certificate 2 of 2 is damaged'],
    ])('fails with %s', async (_, text, message) => {
      const damaged = good.cert.replace(/\n[A-Za-z0-9+/]{20}/, '\nAAAAAAAAAAAAAAAAAAAA');
      const texts: Record<string, string> = { key: good.key, damaged: good.cert + damaged };
      const path = text === undefined ? '/nonexistent.pem' : file(texts[text] ?? text);
      const found = await runCheck(certificateCheck, { file: path });
      expect(found).toMatchObject({
        state: 'critical',
        text: expect.stringContaining(message) as string,
      });
    });
  });

  describe('of a server', () => {
    async function ask(issued: Issued, options = {}) {
      const { cert, key } = issued;
      await using server = await OpenSockets.of(createTls({ cert, key }));
      const tree = { host: 'localhost', port: server.port, ...options };
      const found = await runCheck(certificateCheck, tree);
      await server.closed();
      return found;
    }

    it('is good when it is trusted and lasts', async () => {
      const found = await ask(good, { tls: { caFile: authority.caFile } });
      expect(found).toMatchObject({ state: 'ok', certificateEnd: expect.any(Number) as number });
      expect(found.text).toMatch(/^localhost:\d+: leaf ends in/);
    });

    it('says that it ended rather than that it is not trusted', async () => {
      const found = await ask(expired, { tls: { caFile: authority.caFile } });
      expect(found).toMatchObject({
        state: 'critical',
        text: expect.stringContaining('ended') as string,
      });
    });

    it('fails when it is not trusted, unless that does not matter', async () => {
      expect(await ask(good)).toMatchObject({
        state: 'critical',
        text: expect.stringContaining('is not trusted: its issuer is not known here') as string,
      });
      expect(await ask(good, { tls: { verify: false } })).toMatchObject({ state: 'ok' });
    });

    it('fails without TLS, without an answer and without a server', async () => {
      await using plain = await OpenSockets.of(createServer((socket) => void socket.end('hello')));
      const tree = { host: '127.0.0.1', port: plain.port };
      expect(await runCheck(certificateCheck, tree)).toMatchObject({ state: 'critical' });
      await using silent = await OpenSockets.of(createServer());
      const hanging = { host: '127.0.0.1', port: silent.port };
      const found = await runCheck(certificateCheck, hanging, { timeoutMs: 100 });
      expect(found).toMatchObject({
        state: 'critical',
        text: expect.stringContaining('in time') as string,
      });
      await silent.closed();
    });
  });

  it.each([
    [{}, 'file: exactly one of file and host is needed'],
    [{ file: 'a', host: 'b' }, 'file: exactly one of file and host is needed'],
    [{ file: 'a', warning: '1d', critical: '2d' }, 'warning: must not be shorter than critical'],
    [{ host: 'b', port: 0 }, 'port: must be at least 1'],
  ])('%j is refused', (tree, message) => {
    expect(refusals(certificateCheck, tree).join('\n')).toContain(message);
  });
});
