/** Releases for devices: the repository and the director as static files, and a list for people. */
import { Readable } from 'node:stream';
import type { FastifyInstance, FastifyReply, FastifyRequest } from 'fastify';
import { isId } from '../../../protocol/ids.ts';
import { NONCE } from '../../../protocol/tuf/time-statement.ts';
import { ApiError } from '../../core/api-errors.ts';
import { contentDigest } from '../../core/digest.ts';
import { byteRange } from '../../core/releases/byte-range.ts';
import { sha256 } from '../../core/releases/compose.ts';
import type { DirectorDesk, ReleaseShelf } from '../../ports/releases.ts';
import { API, type HttpPart } from './deps.ts';

export interface ReleasesDeps {
  readonly shelf: ReleaseShelf;
  readonly director: DirectorDesk;
  /** `<name>`, `<version>` that devices run or may fall back to. */
  readonly inUse: () => readonly { readonly name: string; readonly version: string }[];
  readonly downloads?: { begun(): void; bytes(sent: number): void };
}

/** What is named by its version or hash never changes; the rest must be asked for again. */
const FOR_EVER = 'public, max-age=31536000, immutable';
const ASK_AGAIN = 'no-cache';

const tagged = (summary: string) => ({ schema: { tags: ['releases'], summary } });

export const releases =
  ({ shelf, director, inUse, downloads }: ReleasesDeps): HttpPart =>
  async (app) => {
    repository(app, shelf, downloads);
    directorRoutes(app, director);
    app.get(`${API}/releases`, tagged('Published releases'), async (_request, reply) =>
      reply.send({ releases: await shelf.list() }),
    );
    app.get(
      `${API}/releases/in-use`,
      tagged('Versions that devices run or may fall back to, a line each'),
      async (_request, reply) => {
        const lines = inUse().map(({ name, version }) => `${name} ${version}\n`);
        return reply.type('text/plain; charset=utf-8').send([...new Set(lines)].sort().join(''));
      },
    );
    await Promise.resolve();
  };

function repository(
  app: FastifyInstance,
  shelf: ReleaseShelf,
  downloads: ReleasesDeps['downloads'],
): void {
  app.get('/releases/metadata/:file', tagged('TUF metadata'), async (request, reply) => {
    const { file } = request.params as { file: string };
    const found = await shelf.metadata(file);
    if (found === undefined) throw new ApiError('not-found', 'there is no such metadata');
    const cache = file === 'timestamp.json' ? ASK_AGAIN : FOR_EVER;
    if (unchanged(request, reply, found.sha256, cache)) return reply.code(304).send();
    void reply.type('application/json').header('content-length', String(found.bytes));
    return reply.send(Readable.from(found.open()));
  });

  app.get(
    '/releases/targets/*',
    tagged('Files of releases, whole or in ranges'),
    async (request, reply) => {
      const { '*': path } = request.params as { '*': string };
      const found = await shelf.target(path);
      if (found === undefined) throw new ApiError('not-found', 'there is no such file');
      const { bytes, sha256: hash } = found;
      void reply.header('accept-ranges', 'bytes');
      if (unchanged(request, reply, hash, FOR_EVER)) return reply.code(304).send();
      const range = byteRange(
        request.headers.range,
        bytes,
        request.headers['if-range'],
        `"${hash}"`,
      );
      if (range === 'unsatisfiable') {
        return reply.code(416).header('content-range', `bytes */${bytes}`).send();
      }
      const { from, to } = range ?? { from: 0, to: bytes - 1 };
      if (range === undefined) void reply.header('content-digest', contentDigest(hash));
      else void reply.code(206).header('content-range', `bytes ${from}-${to}/${bytes}`);
      void reply.type('application/octet-stream').header('content-length', String(to - from + 1));
      // Without reading what nobody is sent.
      if (request.method === 'HEAD') return reply.send(Readable.from([]));
      downloads?.begun();
      return reply.send(bytes === 0 ? '' : Readable.from(counted(found.open(from, to), downloads)));
    },
  );
}

async function* counted(
  pieces: AsyncIterable<Uint8Array>,
  downloads: ReleasesDeps['downloads'],
): AsyncGenerator<Uint8Array> {
  for await (const piece of pieces) {
    yield piece;
    downloads?.bytes(piece.length);
  }
}

function directorRoutes(app: FastifyInstance, director: DirectorDesk): void {
  app.get(
    '/director/:device/metadata/:file',
    tagged('What a device should run, signed for it'),
    async (request, reply) => {
      const { device, file } = request.params as { device: string; file: string };
      const bytes = await director.file(device, file);
      if (bytes === undefined) throw new ApiError('not-found', 'there is no such metadata');
      const cache = file === 'timestamp.json' ? ASK_AGAIN : FOR_EVER;
      if (unchanged(request, reply, sha256(bytes), cache)) return reply.code(304).send();
      return reply.type('application/json').send(bytes);
    },
  );
  app.get(
    '/director/:device/time',
    tagged('The time, signed for one question of a device'),
    async (request, reply) => {
      const { device } = request.params as { device: string };
      const { nonce = '' } = request.query as { nonce?: string };
      if (!isId(device) || !NONCE.test(nonce)) {
        throw new ApiError('bad-request', 'nonce: 16 to 64 hexadecimal digits');
      }
      const statement = await director.time(device, nonce);
      return reply.header('cache-control', 'no-store').type('application/json').send(statement);
    },
  );
}

/** Sets the headers of a cache; true: the client has it. */
function unchanged(
  request: FastifyRequest,
  reply: FastifyReply,
  hash: string,
  cache: string,
): boolean {
  const etag = `"${hash}"`;
  void reply.headers({ etag, 'cache-control': cache });
  const asked = request.headers['if-none-match']?.split(',').map((one) => one.trim());
  return asked?.includes(etag) === true;
}
