/**
 * The page: the few files of the built folder, read once and held in memory, so that no request
 * ever names a path on the disk.
 */
import { createHash } from 'node:crypto';
import { readdir, readFile } from 'node:fs/promises';
import { extname, join } from 'node:path';
import { gzipSync } from 'node:zlib';
import type { FastifyInstance, FastifyReply, FastifyRequest } from 'fastify';
import { ApiError } from '../../core/api-errors.ts';

const TYPES: Readonly<Record<string, string>> = {
  '.html': 'text/html; charset=utf-8',
  '.js': 'text/javascript; charset=utf-8',
  '.css': 'text/css; charset=utf-8',
  '.svg': 'image/svg+xml',
};

interface Asset {
  readonly type: string;
  readonly etag: string;
  readonly plain: Buffer;
  readonly gzip: Buffer;
}

export async function page(app: FastifyInstance, folder: string): Promise<void> {
  const assets = await load(folder);
  const index = assets.get('index.html');

  app.get('/', { schema: { hide: true } }, (request, reply) => {
    if (index === undefined) {
      throw new ApiError('page-not-built', 'Build it with `npm run build`, then start again.');
    }
    return send(request, reply, index);
  });
  for (const [name, asset] of assets) {
    app.get(`/${name}`, { schema: { hide: true } }, (request, reply) =>
      send(request, reply, asset),
    );
  }
}

async function load(folder: string): Promise<Map<string, Asset>> {
  const assets = new Map<string, Asset>();
  const names = await readdir(folder).catch(() => []);
  for (const name of names) {
    const type = TYPES[extname(name)];
    if (type === undefined) continue;
    const plain = await readFile(join(folder, name));
    const etag = `"${createHash('sha256').update(plain).digest('base64url').slice(0, 22)}"`;
    assets.set(name, { type, etag, plain, gzip: gzipSync(plain) });
  }
  return assets;
}

function send(request: FastifyRequest, reply: FastifyReply, asset: Asset): FastifyReply {
  // Names carry no hash, so a browser asks each time and mostly hears "unchanged".
  void reply.headers({ etag: asset.etag, 'cache-control': 'no-cache', vary: 'accept-encoding' });
  if (request.headers['if-none-match']?.includes(asset.etag) === true)
    return reply.code(304).send();
  const zipped = /\bgzip\b/.test(request.headers['accept-encoding'] ?? '');
  if (zipped) void reply.header('content-encoding', 'gzip');
  return reply.type(asset.type).send(zipped ? asset.gzip : asset.plain);
}
