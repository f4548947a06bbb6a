/**
 * What happens, as it happens. Whoever reads too slowly is dropped: the bytes that wait for him would
 * otherwise grow without bound, and a browser comes back by itself.
 */
import type { FastifyInstance } from 'fastify';
import { eventText, sampleFilter } from '../../core/live.ts';
import type { LiveKind } from '../../core/views.ts';
import { API, type HttpDeps } from './deps.ts';
import { streamSchema } from './schemas.ts';

interface StreamQuery {
  readonly device?: readonly string[];
  readonly kind?: readonly LiveKind[];
  readonly match?: readonly string[];
}

type Deps = Pick<HttpDeps, 'feed' | 'streams' | 'expressions'>;

export function stream(app: FastifyInstance, { feed, streams, expressions }: Deps): void {
  app.get(`${API}/stream`, { schema: streamSchema }, (request, reply) => {
    const { device, kind, match = [] } = request.query as StreamQuery;
    const keep = sampleFilter(match.map((text) => expressions.matchers(text)));
    const opened = streams.begin(reply);
    const filter = {
      ...(device === undefined ? {} : { devices: device }),
      ...(kind === undefined ? {} : { kinds: kind }),
    };
    let id = 0;
    const unsubscribe = feed.subscribe(filter, (message) => {
      const kept = keep(message);
      if (kept !== undefined) opened.push(eventText(kept, ++id));
    });
    opened.signal.addEventListener('abort', unsubscribe, { once: true });
  });
}
