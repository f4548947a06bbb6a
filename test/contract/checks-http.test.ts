/** The check `http` against real servers of HTTP and HTTPS, and against such that misbehave. */
import { writeFileSync } from 'node:fs';
import { createServer, type IncomingMessage, type RequestListener } from 'node:http';
import { createServer as createSecure } from 'node:https';
import { createServer as createTcp, type Socket } from 'node:net';
import { join } from 'node:path';
import { afterAll, afterEach, beforeAll, describe, expect, it } from 'vitest';
import { httpCheck } from '../../agent/checks/http.ts';
import { Authority } from '../support/checks/certificates.ts';
import { OpenSockets } from '../support/checks/open-sockets.ts';
import { refusals, runCheck } from '../support/checks/run-check.ts';
import { hasOpenssl } from '../support/notifiers/certificate.ts';
import { type TempFolder, tempFolder } from '../support/temp-folder.ts';

let folder: TempFolder;
let server: OpenSockets | undefined;
const requests: IncomingMessage[] = [];

beforeAll(async () => {
  folder = await tempFolder('mstr-http');
});
afterAll(() => folder[Symbol.asyncDispose]());
afterEach(async () => {
  await server?.[Symbol.asyncDispose]();
  server = undefined;
  requests.length = 0;
});

async function serve(answer: RequestListener): Promise<string> {
  server = await OpenSockets.of(
    createServer((request, response) => {
      requests.push(request);
      answer(request, response);
    }),
  );
  return `http://127.0.0.1:${server.port}`;
}

async function serveRaw(answer: (socket: Socket) => void): Promise<string> {
  server = await OpenSockets.of(createTcp(answer));
  return `http://127.0.0.1:${server.port}`;
}

function secretFile(text: string): string {
  const path = join(folder.path, 'secret');
  writeFileSync(path, text);
  return path;
}

describe('http', () => {
  it('is good with the expected status and body, and closes its connection', async () => {
    const url = await serve((_, response) => void response.end('all is well'));
    const found = await runCheck(httpCheck, {
      url: `${url}/health?key=hidden`,
      body: 'well',
      bodyPattern: '^all .* well$',
      budget: '10s',
    });
    expect(found).toMatchObject({ state: 'ok', withinBudget: true });
    expect(found.text).toContain(`${url}/health: status 200 in `);
    expect(found.text).not.toContain('hidden');
    expect(found.figures?.map(({ name }) => name)).toEqual(['response', 'status', 'redirects']);
    expect(found.figures).toContainEqual({ name: 'status', unit: '', value: 200 });
    expect(requests[0]?.headers.connection).toBe('close');
    await server?.closed();
  });

  it('fails with another status than the expected ones', async () => {
    const url = await serve((_, response) => void response.writeHead(503).end());
    expect(await runCheck(httpCheck, { url })).toMatchObject({
      state: 'critical',
      text: expect.stringMatching(/status 503 in .*, expected 200 to 299$/) as string,
    });
    expect(await runCheck(httpCheck, { url, status: [503] })).toMatchObject({ state: 'ok' });
  });

  it('fails without the expected body, and reads no more than it may', async () => {
    const url = await serve((_, response) => void response.end(`${'x'.repeat(5000)}end`));
    expect(await runCheck(httpCheck, { url, body: 'end' })).toMatchObject({ state: 'ok' });
    expect(await runCheck(httpCheck, { url, body: 'end', maxBytes: '1kB' })).toMatchObject({
      state: 'critical',
      text: expect.stringContaining('but the body does not contain "end"') as string,
    });
    expect(await runCheck(httpCheck, { url, bodyPattern: '^y' })).toMatchObject({
      state: 'critical',
      text: expect.stringContaining('does not match ^y') as string,
    });
  });

  it('ends a body that never ends at the limit', async () => {
    const url = await serve((_, response) => {
      const more = () => {
        while (!response.destroyed && response.write('x'.repeat(4096)));
      };
      response.on('drain', more);
      more();
    });
    expect(await runCheck(httpCheck, { url })).toMatchObject({ state: 'ok' });
    await server?.closed();
  });

  it('warns over its budget', async () => {
    const url = await serve((_, response) => {
      setTimeout(() => response.end(), 30);
    });
    const found = await runCheck(httpCheck, { url, budget: '1ms' });
    expect(found).toMatchObject({ state: 'warning', withinBudget: false });
    expect(found.text).toContain('over its budget of 1 ms');
  });

  it.each(['the whole answer', 'its body'])(
    'fails when %s hangs, and leaves nothing open',
    async (what) => {
      const url = await serve((_, response) => {
        if (what === 'its body') response.write('some');
      });
      const found = await runCheck(
        httpCheck,
        { url, body: 'more', budget: '5ms' },
        { timeoutMs: 100 },
      );
      expect(found).toMatchObject({ state: 'critical', withinBudget: false });
      expect(found.text).toContain('no answer in time');
      await server?.closed();
    },
  );

  it('opens nothing when its time is over before it begins', async () => {
    const url = await serve((_, response) => void response.end());
    const found = await runCheck(httpCheck, { url }, { over: 'before' });
    expect(found.state).toBe('critical');
    expect(server?.accepted).toBe(0);
  });

  it.each([
    ['nobody listens', undefined, 'connection refused'],
    ['it hangs up', (socket: Socket) => void socket.destroy(), /hung up|reset/],
    [
      'it speaks something else',
      (socket: Socket) => void socket.end('220 mail ready\r\n'),
      'not HTTP',
    ],
    [
      'it stops in the middle',
      (socket: Socket) => void socket.end('HTTP/1.1 200 OK\r\nContent-Length: 100\r\n\r\nhalf'),
      'in the middle of its answer',
    ],
  ])('fails when %s', async (_, answer, text) => {
    const url = await serveRaw(answer ?? (() => {}));
    if (answer === undefined) await server?.[Symbol.asyncDispose]();
    const found = await runCheck(httpCheck, { url });
    if (answer === undefined) server = undefined;
    expect(found.state).toBe('critical');
    expect(found.text).toMatch(text);
  });

  it('sends method, headers, body and a login from a file', async () => {
    const bodies: string[] = [];
    const url = await serve((request, response) => {
      request.on('data', (piece: Buffer) => void bodies.push(piece.toString()));
      request.on('end', () => void response.end());
    });
    const passwordFile = secretFile('pass word\n');
    await runCheck(httpCheck, {
      url,
      method: 'POST',
      headers: { 'x-mode': 'test' },
      send: '{"a":"ü"}',
      username: 'me',
      passwordFile,
    });
    const [request] = requests;
    expect(request).toMatchObject({
      method: 'POST',
      headers: {
        'x-mode': 'test',
        'content-length': '10',
        authorization: `Basic ${Buffer.from('me:pass word').toString('base64')}`,
      },
    });
    expect(bodies.join('')).toBe('{"a":"ü"}');
    await runCheck(httpCheck, { url, tokenFile: secretFile('t0ken') });
    expect(requests[1]?.headers.authorization).toBe('Bearer t0ken');
  });

  it.each([
    ['POST', '0'],
    ['PUT', '0'],
    ['GET', undefined],
    ['OPTIONS', undefined],
  ])('tells the length of no body at all where %s wants to know', async (method, length) => {
    const url = await serve((_, response) => void response.end());
    await runCheck(httpCheck, { url, method });
    expect(requests[0]?.headers['content-length']).toBe(length);
  });

  it('says which file is missing', async () => {
    const options = { url: 'http://127.0.0.1:1', tokenFile: 'nowhere' };
    const run = runCheck(httpCheck, options, { folder: folder.path });
    await expect(run).rejects.toThrow(`the tokenFile ${folder.path}/nowhere cannot be read`);
  });
});

describe('redirects', () => {
  const chain: RequestListener = (request, response) => {
    const left = Number(request.url?.slice(1));
    if (left > 0) response.writeHead(302, { location: `/${left - 1}` }).end();
    else response.end('there');
  };

  it('are counted and followed as far as allowed', async () => {
    const url = await serve(chain);
    const found = await runCheck(httpCheck, { url: `${url}/3`, redirects: 3, body: 'there' });
    expect(found.state).toBe('ok');
    expect(found.figures).toContainEqual({ name: 'redirects', unit: '', value: 3 });
    const short = await runCheck(httpCheck, { url: `${url}/3`, redirects: 2 });
    expect(short).toMatchObject({
      state: 'critical',
      text: expect.stringContaining('status 302') as string,
    });
    await server?.closed();
  });

  it('take no login to another origin', async () => {
    await using other = await OpenSockets.of(
      createServer((request, response) => {
        requests.push(request);
        response.end();
      }),
    );
    const url = await serve((_, response) => {
      response.writeHead(307, { location: `http://127.0.0.1:${other.port}/` }).end();
    });
    const tokenFile = secretFile('t0ken');
    const found = await runCheck(httpCheck, { url, redirects: 1, tokenFile });
    expect(found.state).toBe('ok');
    expect(requests.map(({ headers }) => headers.authorization)).toEqual([
      'Bearer t0ken',
      undefined,
    ]);
  });

  it('go only to the web', async () => {
    const url = await serve((_, response) => {
      response.writeHead(302, { location: 'file:///etc/passwd' }).end();
    });
    const found = await runCheck(httpCheck, { url, redirects: 1 });
    expect(found).toMatchObject({
      state: 'critical',
      text: expect.stringContaining('file:') as string,
    });
  });
});

describe.skipIf(!hasOpenssl)('https (skipped where openssl is missing)', () => {
  let authority: Authority;
  beforeAll(() => {
    authority = new Authority(folder.path);
  });

  async function serveTls(days: number, names?: string): Promise<string> {
    const { cert, key } = authority.issue(days, names);
    const secure = createSecure({ cert, key }, (request, response) => {
      requests.push(request);
      response.end('ok');
    });
    server = await OpenSockets.of(secure);
    return `https://localhost:${server.port}`;
  }

  it('trusts the authority that it is given and tells when the certificate ends', async () => {
    const url = await serveTls(30);
    const found = await runCheck(httpCheck, { url, tls: { caFile: authority.caFile } });
    expect(found.state).toBe('ok');
    const days = ((found.certificateEnd ?? 0) - Date.now() / 1000) / 86_400;
    expect(days).toBeGreaterThan(29);
    expect(days).toBeLessThan(31);
    await server?.closed();
  });

  it.each([
    ['its issuer is unknown', 30, undefined, {}, /issuer is not known/],
    ['it has expired', -1, undefined, { ca: true }, /it has expired/],
    ['it is for another name', 30, 'DNS:other', { ca: true }, /it is for another name/],
  ])(
    'sends nothing to a server whose certificate is not trusted: %s',
    async (_, days, names, use, text) => {
      const url = await serveTls(days, names);
      const tls = 'ca' in use ? { caFile: authority.caFile } : {};
      const found = await runCheck(httpCheck, { url, tls, tokenFile: secretFile('t0ken') });
      expect(found).toMatchObject({
        state: 'critical',
        certificateEnd: expect.any(Number) as number,
      });
      expect(found.text).toMatch(text);
      expect(requests).toEqual([]);
      await server?.closed();
      expect(await runCheck(httpCheck, { url, tls: { ...tls, verify: false } })).toMatchObject({
        state: 'ok',
      });
    },
  );

  it('expects the name that it is told', async () => {
    const url = await serveTls(30, 'DNS:device.example');
    const tls = { caFile: authority.caFile, servername: 'device.example' };
    expect(await runCheck(httpCheck, { url, tls })).toMatchObject({ state: 'ok' });
  });

  it('fails when the handshake hangs', async () => {
    const url = (await serveRaw(() => {})).replace('http:', 'https:');
    const found = await runCheck(httpCheck, { url }, { timeoutMs: 100 });
    expect(found).toMatchObject({ state: 'critical' });
    await server?.closed();
  });
});

describe('configuration', () => {
  const url = 'http://127.0.0.1';
  it.each([
    [{}, 'url: is needed'],
    [{ url: 'ftp://x' }, 'url: '],
    [{ url: 'http://[::1' }, 'url: is not a URL'],
    [{ url: 'http://me:secret@x/' }, 'url: must not hold a user or password'],
    [{ url, status: [99] }, 'status.0: must be at least 100'],
    [{ url, method: 'BREW' }, 'method: '],
    [{ url, bodyPattern: '(' }, 'bodyPattern: "(" is not a regular expression'],
    [{ url, redirects: 11 }, 'redirects: must be at most 10'],
    [{ url, maxBytes: '2MiB' }, 'maxBytes: must be at most 1MiB'],
    [{ url, budget: 500 }, 'budget: '],
    [{ url, headers: { 'a b': 'x' } }, 'headers.a b: '],
    [{ url, headers: { a: 'x\r\ny: z' } }, 'headers.a: may only hold printable characters'],
    [{ url, passwordFile: 'x' }, 'username: is needed with passwordFile'],
    [{ url, username: 'x', tokenFile: 'y' }, 'tokenFile: cannot stand beside username'],
    [{ url, boddy: 'x' }, 'boddy: no such key'],
  ])('%j is refused', (tree, message) => {
    const found = refusals(httpCheck, tree);
    expect(found.join('\n')).toContain(message);
    expect(found.join('\n')).not.toContain('secret@');
  });
});
