/** What series there are: `series`, `labels`, `label/<name>/values`. */
import type { FastifyInstance, FastifyReply, FastifyRequest } from 'fastify';
import { LabelSet } from '../../../core/label-set.ts';
import { successBody } from '../../../core/query/format.ts';
import { unescapeLabelName } from '../../../core/query/label-name.ts';
import { TRUNCATED } from '../../../core/query/limit.ts';
import { type Matcher, QueryError } from '../../../core/query/types.ts';
import { compareText } from '../../../core/text.ts';
import { type HttpDeps, PROMETHEUS } from '../deps.ts';
import { Params } from './params.ts';
import { labelsSchema, labelValuesSchema, seriesSchema } from './schemas.ts';

type Deps = Pick<HttpDeps, 'store' | 'expressions'>;

export function series(app: FastifyInstance, { store, expressions }: Deps): void {
  app.route({
    method: ['GET', 'POST'],
    url: `${PROMETHEUS}/series`,
    schema: seriesSchema,
    handler: async (request, reply) => {
      const params = new Params(request);
      const sets = params.matchers(expressions);
      if (sets.length === 0) throw new QueryError('bad_data', 'no match[] parameter provided');
      const { from, to } = params.span();
      const found = await Promise.all(sets.map((matchers) => store.series(matchers, from, to)));
      const unique = new Map<string, LabelSet>();
      for (const labels of found.flat()) {
        const set = LabelSet.of(labels);
        unique.set(set.key, set);
      }
      const sorted = [...unique.values()].sort((a, b) => LabelSet.compare(a, b));
      return list(
        reply,
        sorted.map((labels) => labels.toObject()),
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
      const sets = params.matchers(expressions);
      const found = await union(sets, (matchers) => store.labelNames(matchers, from, to));
      return list(reply, found, params);
    },
  });

  app.get(
    `${PROMETHEUS}/label/:name/values`,
    { schema: labelValuesSchema },
    async (request: FastifyRequest<{ Params: { name: string } }>, reply) => {
      const params = new Params(request);
      const name = unescapeLabelName(request.params.name);
      if (name === '') throw new QueryError('bad_data', 'invalid label name: ""');
      const { from, to } = params.span();
      const sets = params.matchers(expressions);
      const found = await union(sets, (matchers) => store.labelValues(name, matchers, from, to));
      return list(reply, found, params);
    },
  );
}

/** The union over all `match[]`, sorted; everything when there is none. */
async function union(
  sets: readonly (readonly Matcher[])[],
  ask: (matchers: readonly Matcher[]) => Promise<readonly string[]>,
): Promise<string[]> {
  const found = await Promise.all((sets.length === 0 ? [[]] : sets).map(ask));
  return [...new Set(found.flat())].sort(compareText);
}

function list(reply: FastifyReply, items: readonly unknown[], params: Params): FastifyReply {
  const limit = params.limit();
  const warnings = items.length > limit ? [TRUNCATED] : [];
  void reply.type('application/json').header('cache-control', 'no-store');
  return reply.send(successBody(items.slice(0, limit), { warnings }));
}
