/** `metadata`: types, units and help of metrics, from devices and from whoever described them. */
import type { FastifyInstance } from 'fastify';
import { successBody } from '../../../core/query/format.ts';
import { QueryError } from '../../../core/query/types.ts';
import { compareText } from '../../../core/text.ts';
import { type HttpDeps, PROMETHEUS } from '../deps.ts';
import { Params } from './params.ts';
import { metadataSchema } from './schemas.ts';

/** By the numbers of remote write. */
const TYPES = [
  'unknown',
  'counter',
  'gauge',
  'histogram',
  'gaugehistogram',
  'summary',
  'info',
  'stateset',
] as const;

interface Entry {
  readonly type: string;
  readonly help: string;
  readonly unit: string;
}

type Deps = Pick<HttpDeps, 'store' | 'metadata'>;

export function metadata(app: FastifyInstance, deps: Deps): void {
  app.get(`${PROMETHEUS}/metadata`, { schema: metadataSchema }, (request, reply) => {
    const params = new Params(request);
    const limit = number(params, 'limit');
    const perMetric = number(params, 'limit_per_metric');
    const wanted = params.text('metric');
    const known = [...entries(deps)].filter(([name]) => wanted === '' || name === wanted);
    const sorted = known.sort(([a], [b]) => compareText(a, b)).slice(0, limit);
    const data = Object.fromEntries(
      sorted.map(([name, entry]) => [name, [entry].slice(0, perMetric)]),
    );
    return reply
      .type('application/json')
      .header('cache-control', 'no-store')
      .send(successBody(data));
  });
}

/** A description says more than what the series alone tell. */
function entries({ store, metadata }: Deps): Map<string, Entry> {
  const known = new Map<string, Entry>();
  for (const [name, { type, unit }] of store.metadata()) {
    known.set(name, { type: type === 'untyped' ? 'unknown' : type, help: '', unit });
  }
  for (const { metric, type, help, unit } of metadata.descriptions()) {
    known.set(metric, { type: TYPES[type] ?? 'unknown', help, unit });
  }
  return known;
}

/** Below 0 and absent mean no limit here. */
function number(params: Params, name: string): number {
  const text = params.text(name);
  if (text === '') return Number.POSITIVE_INFINITY;
  if (!/^[+-]?\d{1,15}$/.test(text)) throw new QueryError('bad_data', `${name} must be a number`);
  const value = Number(text);
  const none = name === 'limit_per_metric' ? value <= 0 : value < 0;
  return none ? Number.POSITIVE_INFINITY : value;
}
