/** What series there are: `series`, `labels`, `label/<name>/values`, `metadata`. */
import type { FastifyInstance, FastifyReply, FastifyRequest } from 'fastify';
import { labelsObject, successBody } from '../../../core/query/format.ts';
import { sortByLabels } from '../../../core/query/labels.ts';
import { TRUNCATED } from '../../../core/query/limit.ts';
import { type Matcher, QueryError } from '../../../core/query/types.ts';
import { compareText } from '../../../core/text.ts';
import { type HttpDeps, PROMETHEUS } from '../deps.ts';
import { Params } from './params.ts';
import { labelsSchema, labelValuesSchema, metadataSchema, seriesSchema } from './schemas.ts';

type Store = HttpDeps['store'];

export function series(app: FastifyInstance, store: Store): void {
  app.route({
    method: ['GET', 'POST'],
    url: `${PROMETHEUS}/series`,
    schema: seriesSchema,
    handler: async (request, reply) => {
      const params = new Params(request);
      const sets = params.matchers();
      if (sets.length === 0) throw new QueryError('bad_data', 'no match[] parameter provided');
      const { from, to } = params.span();
      const found = await Promise.all(sets.map((matchers) => store.series(matchers, from, to)));
      const unique = new Map(found.flat().map((labels) => [keyOf(labels), { labels }]));
      const sorted = sortByLabels([...unique.values()]);
      return list(
        reply,
        sorted.map(({ labels }) => labelsObject(labels)),
        params,
      );
    },
  });

  app.route({
    method: ['GET', 'POST'],
    url: `${PROMETHEUS}/labels`,
    schema: labelsSchema,
    handler: async (request, reply) => {
      const params = new Params(request);
      const { from, to } = params.span();
      const found = await forEachSet(params, (matchers) => store.labelNames(matchers, from, to));
      return list(reply, found, params);
    },
  });

  app.get(
    `${PROMETHEUS}/label/:name/values`,
    { schema: labelValuesSchema },
    async (request: FastifyRequest<{ Params: { name: string } }>, reply) => {
      const params = new Params(request);
      const { name } = request.params;
      if (name === '') throw new QueryError('bad_data', 'invalid label name: ""');
      const { from, to } = params.span();
      const found = await forEachSet(params, (matchers) =>
        store.labelValues(name, matchers, from, to),
      );
      return list(reply, found, params);
    },
  );

  app.get(`${PROMETHEUS}/metadata`, { schema: metadataSchema }, (request, reply) => {
    const params = new Params(request);
    const wanted = params.text('metric');
    const known = [...store.metadata()].filter(([name]) => wanted === '' || name === wanted);
    const kept = known.sort(([a], [b]) => compareText(a, b)).slice(0, params.limit());
    const data = kept.map(([name, { type, unit }]) => [
      name,
      [{ type: type === 'untyped' ? 'unknown' : type, help: '', unit }],
    ]);
    return json(reply, successBody(Object.fromEntries(data)));
  });
}

/** The union over all `match[]`, sorted; everything when there is none. */
async function forEachSet(
  params: Params,
  ask: (matchers: readonly Matcher[]) => Promise<readonly string[]>,
): Promise<string[]> {
  const sets = params.matchers();
  const found = await Promise.all((sets.length === 0 ? [[]] : sets).map(ask));
  return [...new Set(found.flat())].sort(compareText);
}

function list(reply: FastifyReply, items: readonly unknown[], params: Params): FastifyReply {
  const limit = params.limit();
  const warnings = items.length > limit ? [TRUNCATED] : [];
  return json(reply, successBody(items.slice(0, limit), { warnings }));
}

function json(reply: FastifyReply, body: string): FastifyReply {
  return reply.type('application/json').header('cache-control', 'no-store').send(body);
}

function keyOf(labels: ReadonlyMap<string, string>): string {
  return JSON.stringify([...labels].sort(([a], [b]) => compareText(a, b)));
}
