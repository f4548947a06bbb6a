/** `query` and `query_range`: parameters in, the engine's answer out. */
import { Readable } from 'node:stream';
import type { FastifyInstance, FastifyReply, FastifyRequest } from 'fastify';
import { resultBody, successBody } from '../../../core/query/format.ts';
import { truncated } from '../../../core/query/limit.ts';
import { QueryError, type RangeSteps } from '../../../core/query/types.ts';
import type { Answered, DeskOptions } from '../../../ports/http.ts';
import { type HttpDeps, PROMETHEUS } from '../deps.ts';
import { clientSignal } from './client.ts';
import { Params } from './params.ts';
import {
  exemplarsSchema,
  formatSchema,
  instantSchema,
  parseSchema,
  rangeSchema,
} from './schemas.ts';

const MAX_STEPS = 11_000;

type Deps = Pick<HttpDeps, 'queries' | 'expressions' | 'clock'>;

export function queries(app: FastifyInstance, deps: Deps): void {
  const { queries: desk, expressions, clock } = deps;

  /** `prepare` reads the parameters; what the engine then refuses is about the expression. */
  const answer =
    (prepare: (params: Params) => (options: DeskOptions) => Promise<Answered>) =>
    async (request: FastifyRequest, reply: FastifyReply): Promise<FastifyReply> => {
      const params = new Params(request);
      const limit = params.limit();
      const options = deskOptions(params, reply);
      const evaluate = prepare(params);
      const result = await evaluate(options).catch((error: unknown) =>
        params.guarded('query', () => rethrow(error)),
      );
      const stats = params.text('stats') === '' ? undefined : statsOf(result);
      void reply.type('application/json').header('cache-control', 'no-store');
      return send(reply, resultBody(truncated(result, limit), stats));
    };

  app.route({
    method: ['GET', 'POST'],
    url: `${PROMETHEUS}/query`,
    schema: instantSchema,
    handler: answer((params) => {
      const at = params.time('time', Math.floor(clock.wall()));
      return (options) => desk.instant(params.text('query'), at, options);
    }),
  });

  app.route({
    method: ['GET', 'POST'],
    url: `${PROMETHEUS}/query_range`,
    schema: rangeSchema,
    handler: answer((params) => {
      const steps = readSteps(params);
      return (options) => desk.range(params.text('query'), steps, options);
    }),
  });

  const aboutText = (url: string, schema: object, read: (text: string) => unknown): void => {
    app.route({
      method: ['GET', 'POST'],
      url: `${PROMETHEUS}/${url}`,
      schema,
      handler: (request, reply) => {
        const params = new Params(request);
        const data = params.guarded('query', () => read(params.text('query')));
        return reply.type('application/json').send(successBody(data));
      },
    });
  };
  aboutText('format_query', formatSchema, (text) => expressions.format(text));
  aboutText('parse_query', parseSchema, (text) => expressions.tree(text));

  app.route({
    method: ['GET', 'POST'],
    url: `${PROMETHEUS}/query_exemplars`,
    schema: exemplarsSchema,
    handler: (request, reply) => {
      const params = new Params(request);
      params.span();
      params.guarded('query', () => expressions.tree(params.text('query')));
      // Nothing here takes exemplars, so there are none.
      return reply.type('application/json').send(successBody([]));
    },
  });
}

function deskOptions(params: Params, reply: FastifyReply): DeskOptions {
  const timeoutMs = params.duration('timeout', undefined);
  const lookbackMs = params.duration('lookback_delta', undefined);
  if (lookbackMs !== undefined && lookbackMs <= 0) {
    params.refuse('lookback_delta', 'must be positive');
  }
  return {
    ...(timeoutMs === undefined ? {} : { timeoutMs }),
    ...(lookbackMs === undefined ? {} : { lookbackMs }),
    signal: clientSignal(reply),
  };
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

/** A small answer goes whole: a stream costs more than it. */
function send(reply: FastifyReply, pieces: Generator<string>): FastifyReply {
  const first = pieces.next();
  const second = pieces.next();
  if (second.done === true) return reply.send(first.value ?? '');
  return reply.send(
    Readable.from(chain([first.value, second.value], pieces), { objectMode: false }),
  );
}

function* chain(first: Iterable<string>, rest: Iterable<string>): Generator<string> {
  yield* first;
  yield* rest;
}

function statsOf({ stats, queuedMs, evaluationMs }: Answered): string {
  return JSON.stringify({
    timings: {
      evalTotalTime: evaluationMs / 1000,
      execQueueTime: queuedMs / 1000,
      execTotalTime: (queuedMs + evaluationMs) / 1000,
    },
    samples: { totalQueryableSamples: stats.samples, peakSamples: stats.peakSamples },
  });
}

function rethrow(error: unknown): never {
  throw error;
}
