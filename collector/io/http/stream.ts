/**
 * Server-Sent Events. Whoever reads too slowly is dropped: the bytes that wait for him would
 * otherwise grow without bound, and a browser comes back by itself.
 */
import type { FastifyInstance, FastifyReply } from 'fastify';
import { ApiError } from '../../core/api-errors.ts';
import { eventText, sampleFilter } from '../../core/live.ts';
import type { LiveKind } from '../../core/views.ts';
import type { Clock } from '../../ports.ts';
import { API, type HttpDeps, type HttpLimits } from './deps.ts';
import { streamSchema } from './schemas.ts';

interface StreamQuery {
  readonly device?: readonly string[];
  readonly kind?: readonly LiveKind[];
  readonly match?: readonly string[];
}

type Deps = Pick<HttpDeps, 'feed' | 'clock' | 'metrics' | 'expressions'>;

export function stream(app: FastifyInstance, deps: Deps, limits: HttpLimits): void {
  const { feed, clock, metrics, expressions } = deps;
  const open = new Set<() => void>();
  metrics
    .gauge({ name: 'muster_collector_http_streams', help: 'Live streams that are open.' })
    .follow(() => open.size);
  const dropped = metrics.counter({
    name: 'muster_collector_http_streams_dropped_total',
    help: 'Live streams closed because their reader was too slow.',
  });

  app.get(`${API}/stream`, { schema: streamSchema }, (request, reply) => {
    const { device, kind, match = [] } = request.query as StreamQuery;
    const keep = sampleFilter(match.map((text) => expressions.matchers(text)));
    if (open.size >= limits.streams) {
      throw new ApiError('too-many-streams', `${limits.streams} are open already.`);
    }
    begin(reply);
    const { raw } = reply;
    let id = 0;
    const send = (text: string): void => {
      if (raw.destroyed || raw.writableEnded) return;
      if (raw.writableLength <= limits.streamBytes) raw.write(text);
      else {
        dropped.inc();
        raw.destroy();
      }
    };
    const filter = {
      ...(device === undefined ? {} : { devices: device }),
      ...(kind === undefined ? {} : { kinds: kind }),
    };
    const unsubscribe = feed.subscribe(filter, (message) => {
      const kept = keep(message);
      if (kept !== undefined) send(eventText(kept, ++id));
    });
    const stopBeating = repeat(clock, limits.streamHeartbeatMs, () => send(': heartbeat\n\n'));
    const end = (): void => {
      raw.end();
    };
    open.add(end);
    raw.once('close', () => {
      open.delete(end);
      unsubscribe();
      stopBeating();
    });
    send('retry: 2000\n: muster\n\n');
  });

  // A stream never ends by itself; closing the server would wait for it.
  app.addHook('preClose', (done) => {
    for (const end of open) end();
    done();
  });
}

function begin(reply: FastifyReply): void {
  void reply.hijack();
  for (const [name, value] of Object.entries(reply.getHeaders())) {
    if (value !== undefined) reply.raw.setHeader(name, value);
  }
  reply.raw.writeHead(200, {
    'content-type': 'text/event-stream; charset=utf-8',
    'cache-control': 'no-store',
    'x-accel-buffering': 'no',
  });
}

function repeat(clock: Clock, everyMs: number, action: () => void): () => void {
  let cancel = clock.after(everyMs, beat);
  function beat(): void {
    action();
    cancel = clock.after(everyMs, beat);
  }
  return () => cancel();
}
