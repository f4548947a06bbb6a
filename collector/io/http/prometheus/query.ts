/** `query` and `query_range`: parameters in, the engine's answer out. */
import { Readable } from 'node:stream';
import type { FastifyInstance, FastifyReply, FastifyRequest } from 'fastify';
import { resultBody } from '../../../core/query/format.ts';
import { truncated } from '../../../core/query/limit.ts';
import {
  QueryError,
  type QueryOptions,
  type QueryResult,
  type RangeSteps,
} from '../../../core/query/types.ts';
import { type HttpDeps, type HttpLimits, PROMETHEUS } from '../deps.ts';
import { withDeadline } from './deadline.ts';
import { Params } from './params.ts';
import { instantSchema, rangeSchema } from './schemas.ts';

const LOOKBACK_MS = 300_000;
const MAX_STEPS = 11_000;

type Deps = Pick<HttpDeps, 'engine' | 'clock'>;

export function queries(app: FastifyInstance, deps: Deps, limits: HttpLimits): void {
  const { engine, clock } = deps;

  /** `prepare` reads the parameters; what the engine then refuses is about the expression. */
  const answer =
    (prepare: (params: Params) => (options: QueryOptions) => Promise<QueryResult>) =>
    async (request: FastifyRequest, reply: FastifyReply): Promise<FastifyReply> => {
      const params = new Params(request);
      const limit = params.limit();
      const timeoutMs = Math.min(params.duration('timeout', limits.queryMs), limits.queryMs);
      const lookbackMs = params.duration('lookback_delta', LOOKBACK_MS);
      if (lookbackMs <= 0) params.refuse('lookback_delta', 'must be positive');
      const evaluate = prepare(params);
      const result = await withDeadline(clock, reply, timeoutMs, (signal) =>
        evaluate({ lookbackMs, maxPoints: limits.points, signal, breathe }),
      ).catch((error: unknown) => params.guarded('query', () => rethrow(error)));
      void reply.type('application/json').header('cache-control', 'no-store');
      return reply.send(Readable.from(resultBody(truncated(result, limit)), { objectMode: false }));
    };

  app.route({
    method: ['GET', 'POST'],
    url: `${PROMETHEUS}/query`,
    schema: instantSchema,
    handler: answer((params) => {
      const at = params.time('time', clock.wall());
      return (options) => engine.instant(params.text('query'), at, options);
    }),
  });

  app.route({
    method: ['GET', 'POST'],
    url: `${PROMETHEUS}/query_range`,
    schema: rangeSchema,
    handler: answer((params) => {
      const steps = readSteps(params);
      return (options) => engine.range(params.text('query'), steps, options);
    }),
  });
}

function readSteps(params: Params): RangeSteps {
  const start = params.time('start');
  const end = params.time('end');
  if (end < start) params.refuse('end', 'end timestamp must not be before start time');
  const step = params.duration('step');
  if (step <= 0) {
    params.refuse(
      'step',
      'zero or negative query resolution step widths are not accepted. Try a positive integer',
    );
  }
  if ((end - start) / step > MAX_STEPS) {
    throw new QueryError(
      'bad_data',
      'exceeded maximum resolution of 11,000 points per timeseries. Try decreasing the query resolution (?step=XX)',
    );
  }
  return { start, end, step };
}

function rethrow(error: unknown): never {
  throw error;
}

/** Lets whatever waits (ingest above all) have its turn. */
function breathe(): Promise<void> {
  return new Promise((resolve) => setImmediate(resolve));
}
