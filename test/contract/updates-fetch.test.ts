/** The downloader against a real server that does what servers do. */
import { createHash, randomBytes } from 'node:crypto';
import { readdir, readFile, writeFile } from 'node:fs/promises';
import { join } from 'node:path';
import { describe, expect, it } from 'vitest';
import { createDownloader } from '../../agent/io/fetch/downloader.ts';
import type { FetchPace } from '../../agent/ports/updates.ts';
import { tempFolder } from '../support/temp-folder.ts';
import {
  type FileServer,
  type FileServerOptions,
  fileServer,
} from '../support/updates/file-server.ts';

const content = randomBytes(300_000);
const sum = (bytes: Uint8Array) => createHash('sha256').update(bytes).digest('hex');
const wanted = { path: 'app/1.0.0/app.tar', length: content.length, sha256: sum(content) };

/** A server that says nothing for so long is left: long where it is not about that. */
async function world(options?: FileServerOptions, patienceMs = 20_000) {
  const folder = await tempFolder('fetch');
  const server = await fileServer(content, options);
  const to = join(folder.path, 'file');
  const fetch = (pace: FetchPace = {}, signal = new AbortController().signal, boot = 'one') =>
    createDownloader({
      ...{ base: server.base, boot, backoff: { minMs: 1, maxMs: 4 }, patienceMs, tries: 4 },
      random: () => 0.5,
    }).fetch({ ...wanted, to }, pace, signal);
  return {
    ...{ folder, server, to, fetch },
    [Symbol.asyncDispose]: async () => {
      await server[Symbol.asyncDispose]();
      await folder[Symbol.asyncDispose]();
    },
  };
}

const status = (code: number, headers = {}): FileServer['script'][number] => {
  return (response) => response.writeHead(code, headers).end();
};

describe('fetching', () => {
  it('fetches a file and leaves nothing beside it', async () => {
    await using it = await world();
    expect(await it.fetch()).toEqual({ bytes: content.length, requests: 1 });
    expect(content.equals(await readFile(it.to))).toBe(true);
    expect(await readdir(it.folder.path)).toEqual(['file']);
    expect(await it.fetch()).toEqual({ bytes: 0, requests: 0 });
  });

  it('goes on where it was cut, and names what it had', async () => {
    await using it = await world();
    it.server.script.push((response) => {
      response.writeHead(200, { 'content-length': content.length, etag: '"one"' });
      response.write(content.subarray(0, 100_000), () => response.destroy());
    });
    expect((await it.fetch()).requests).toBe(2);
    expect(it.server.requests[1]?.range).toMatch(/^bytes=\d{3,}-299999$/);
    expect(it.server.requests[1]?.ifRange).toBe('"one"');
    expect(content.equals(await readFile(it.to))).toBe(true);
  });

  it('starts anew where the server has another file, has no ranges, or what is here is damaged', async () => {
    for (const options of [{}, { ranges: false }]) {
      await using it = await world(options);
      await writeFile(`${it.to}.part`, randomBytes(1000));
      const note = { etag: '"old"', synced: 1000, boot: 'one' };
      await writeFile(`${it.to}.part.json`, JSON.stringify(note));
      await it.fetch();
      expect(content.equals(await readFile(it.to))).toBe(true);
    }
    await using it = await world();
    await writeFile(`${it.to}.part`, randomBytes(1000));
    await writeFile(
      `${it.to}.part.json`,
      JSON.stringify({ etag: '"one"', synced: 0, boot: 'one' }),
    );
    expect((await it.fetch()).bytes).toBe(content.length * 2 - 1000);
    expect(content.equals(await readFile(it.to))).toBe(true);
  });

  it('believes after a power cut only what was synced', async () => {
    await using it = await world();
    await writeFile(`${it.to}.part`, Buffer.concat([content.subarray(0, 5000), randomBytes(500)]));
    const note = { etag: '"one"', synced: 5000, boot: 'one' };
    await writeFile(`${it.to}.part.json`, JSON.stringify(note));
    expect((await it.fetch({}, undefined, 'two')).bytes).toBe(content.length - 5000);
    expect(content.equals(await readFile(it.to))).toBe(true);
  });

  it('ends at 4xx, and comes back after 5xx and 429, not for ever', async () => {
    await using it = await world();
    it.server.script.push(status(404));
    await expect(it.fetch()).rejects.toMatchObject({ code: 'not-served' });
    expect(it.server.requests).toHaveLength(1);
    it.server.script.push(status(503), status(429, { 'retry-after': '0' }), status(500));
    expect((await it.fetch()).requests).toBe(4);
    await using other = await world();
    other.server.script.push(...Array.from({ length: 9 }, () => status(502)));
    await expect(other.fetch()).rejects.toMatchObject({ code: 'offline' });
    expect(other.server.requests).toHaveLength(4);
  });

  it('takes no more bytes than are signed, and no other bytes', async () => {
    await using it = await world();
    it.server.content = Buffer.concat([content, content]);
    await expect(it.fetch()).rejects.toMatchObject({ code: 'bad-file' });
    it.server.script.push((response) => {
      response.writeHead(200);
      response.write(content);
      response.end(content);
    });
    await expect(it.fetch()).rejects.toMatchObject({ code: 'bad-file' });
    it.server.content = randomBytes(content.length);
    await expect(it.fetch()).rejects.toMatchObject({ code: 'bad-file' });
    expect(await readdir(it.folder.path)).not.toContain('file');
  });

  it('leaves a server that is too slow or says nothing', async () => {
    await using it = await world({}, 300);
    for (let n = 0; n < 4; n++) {
      it.server.script.push((response) => {
        if (n % 2 === 0) response.writeHead(200, { 'content-length': content.length }).write('x');
      });
    }
    await expect(it.fetch({ least: 10_000 })).rejects.toMatchObject({ code: 'offline' });
  });

  it('stops when it is told to, and goes on later', async () => {
    await using it = await world({ speed: 50 });
    const stop = new AbortController();
    const fetching = it.fetch({}, stop.signal);
    while (it.server.sent() < 40_000) await new Promise((resolve) => setImmediate(resolve));
    stop.abort();
    await expect(fetching).rejects.toMatchObject({ code: 'cancelled' });
    it.server.speed = Number.POSITIVE_INFINITY;
    expect((await it.fetch()).bytes).toBeLessThan(content.length);
    expect(content.equals(await readFile(it.to))).toBe(true);
  });

  it('holds the cap', async () => {
    await using it = await world();
    const most = 200_000;
    const began = performance.now();
    await it.fetch({ most });
    // A floor: the machine may be slow, the cap may not be passed.
    expect(performance.now() - began).toBeGreaterThan(((content.length / most) * 1000) / 1.05);
  });
});
