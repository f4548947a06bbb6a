/**
 * `targets`: the devices. Nobody scrapes them, they send; but who looks for "what is watched, and
 * is it up" finds it where Prometheus has it.
 */
import type { FastifyInstance } from 'fastify';
import { successBody } from '../../../core/query/format.ts';
import type { DeviceView } from '../../../core/views.ts';
import { type HttpDeps, PROMETHEUS } from '../deps.ts';
import { Params } from './params.ts';
import { targetsSchema } from './schemas.ts';

const POOL = 'devices';

export function targets(app: FastifyInstance, { devices }: Pick<HttpDeps, 'devices'>): void {
  app.get(`${PROMETHEUS}/targets`, { schema: targetsSchema }, (request, reply) => {
    const params = new Params(request);
    const state = params.text('state').toLowerCase();
    const pool = params.text('scrapePool');
    const wanted = state !== 'dropped' && (pool === '' || pool === POOL);
    const activeTargets = wanted ? devices.list().map(target) : [];
    return reply
      .type('application/json')
      .header('cache-control', 'no-store')
      .send(successBody({ activeTargets, droppedTargets: [], droppedTargetCounts: {} }));
  });
}

function target({ id, site, up, lastSeen, heartbeatSeconds }: DeviceView): object {
  return {
    discoveredLabels: {},
    labels: { instance: id, job: 'node', site },
    scrapePool: POOL,
    scrapeUrl: '',
    globalUrl: '',
    lastError: up === false ? 'not heard within 1.5 heartbeats' : '',
    lastScrape: new Date(lastSeen).toISOString(),
    lastScrapeDuration: 0,
    health: up === undefined ? 'unknown' : up ? 'up' : 'down',
    scrapeInterval: `${heartbeatSeconds}s`,
    scrapeTimeout: `${heartbeatSeconds * 1.5}s`,
  };
}
