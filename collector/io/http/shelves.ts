/** Feeds that devices fetch, and backups that they leave here. */
import { Readable } from 'node:stream';
import type { FastifyInstance, FastifyReply, FastifyRequest } from 'fastify';
import { ApiError } from '../../core/api-errors.ts';
import { contentDigest, sha256Of } from '../../core/digest.ts';
import {
  type BackupPlace,
  type BackupShelf,
  type FeedShelf,
  type KeptFile,
  ShelfError,
  type ShelfErrorCode,
} from '../../ports/shelves.ts';
import { API } from './deps.ts';

export interface ShelvesDeps {
  readonly feeds: FeedShelf;
  readonly backups: BackupShelf;
}

const REFUSALS = {
  'bad-name': 'bad-request',
  'bad-digest': 'bad-request',
  'too-large': 'body-too-large',
  'no-room': 'no-room',
} as const satisfies Record<ShelfErrorCode, string>;

const text = { type: 'string' } as const;
const params = (...names: string[]) => ({
  type: 'object',
  required: names,
  properties: Object.fromEntries(names.map((name) => [name, { ...text, maxLength: 128 }])),
});
const described = (tag: string, summary: string, names: string[] = []) => ({
  tags: [tag],
  summary,
  ...(names.length === 0 ? {} : { params: params(...names) }),
});

const FILE = { config: { carriesFile: true } } as const;

/** A plug-in of its own: within it bodies are streams of any type and size. */
export const shelves = ({ feeds, backups }: ShelvesDeps) =>
  async function routes(app: FastifyInstance): Promise<void> {
    app.removeAllContentTypeParsers();
    app.addContentTypeParser('*', (_request, payload, done) => done(null, payload));
    feedRoutes(app, feeds);
    backupRoutes(app, backups);
    await Promise.resolve();
  };

function feedRoutes(app: FastifyInstance, feeds: FeedShelf): void {
  app.get(
    `${API}/feeds`,
    { schema: described('feeds', 'Feeds that devices may fetch') },
    async (_q, reply) => reply.send({ feeds: await feeds.list() }),
  );
  const feed = `${API}/feeds/:name`;
  app.get(
    feed,
    { schema: described('feeds', 'One feed, with ETag', ['name']) },
    async (request, reply) => {
      const { name } = request.params as { name: string };
      return sendFile(request, reply, await feeds.get(name), `no feed is called ${name}`);
    },
  );
  app.put(
    feed,
    {
      ...FILE,
      schema: described('feeds', 'Puts or replaces a feed', ['name']),
    },
    async (request, reply) => {
      const { name } = request.params as { name: string };
      return reply.code(201).send(await kept(feeds.put(name, bodyOf(request))));
    },
  );
  app.delete(
    feed,
    { schema: described('feeds', 'Takes a feed away', ['name']) },
    async (request, reply) => {
      const { name } = request.params as { name: string };
      if (!(await feeds.remove(name))) throw new ApiError('not-found', `no feed is called ${name}`);
      return reply.code(204).send();
    },
  );
}

function backupRoutes(app: FastifyInstance, backups: BackupShelf): void {
  const list = {
    ...described('backups', 'Backups, newest first'),
    querystring: { type: 'object', properties: { device: text }, additionalProperties: false },
  };
  app.get(`${API}/backups`, { schema: list }, async (request, reply) => {
    const { device } = request.query as { device?: string };
    return reply.send({ backups: await backups.list(device) });
  });
  const backup = `${API}/backups/:device/:name/:file`;
  const parts = ['device', 'name', 'file'];
  app.get(backup, { schema: described('backups', 'One backup', parts) }, async (request, reply) => {
    const found = await kept(backups.get(request.params as BackupPlace));
    return sendFile(request, reply, found, 'there is no such backup');
  });
  app.put(
    backup,
    {
      ...FILE,
      schema: described('backups', 'Leaves a backup; Content-Digest (RFC 9530) is checked', parts),
    },
    async (request, reply) => {
      const digest = sha256Of(request.headers['content-digest']?.toString());
      if (digest === false) throw new ApiError('bad-request', 'Content-Digest cannot be read');
      const place = request.params as BackupPlace;
      return reply.code(201).send(await kept(backups.put(place, bodyOf(request), digest)));
    },
  );
}

function bodyOf({ body }: FastifyRequest): AsyncIterable<Uint8Array> {
  return (body ?? Readable.from([])) as AsyncIterable<Uint8Array>;
}

async function kept<T>(work: Promise<T>): Promise<T> {
  try {
    return await work;
  } catch (error) {
    if (!(error instanceof ShelfError)) throw error;
    throw new ApiError(REFUSALS[error.code], error.message);
  }
}

function sendFile(
  request: FastifyRequest,
  reply: FastifyReply,
  file: KeptFile | undefined,
  missing: string,
): FastifyReply {
  if (file === undefined) throw new ApiError('not-found', missing);
  const { sha256, bytes, modifiedAt } = file;
  const etag = `"${sha256}"`;
  void reply.headers({
    etag,
    'last-modified': new Date(modifiedAt).toUTCString(),
    'cache-control': 'no-cache',
  });
  const asked = request.headers['if-none-match']?.split(',').map((one) => one.trim());
  if (asked?.includes(etag) === true) return reply.code(304).send();
  void reply.headers({
    'content-type': 'application/octet-stream',
    'content-length': String(bytes),
    'content-digest': contentDigest(sha256),
  });
  return reply.send(bytes === 0 ? '' : Readable.from(file.open()));
}
