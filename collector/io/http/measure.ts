/** Counts and times every request by its route, never by its address: those have no bound. */
import type { FastifyInstance } from 'fastify';
import type { Metrics } from '../../core/metrics.ts';

export function measure(app: FastifyInstance, metrics: Metrics): void {
  const seconds = metrics.histograms({
    name: 'muster_collector_http_request_duration_seconds',
    help: 'Time to answer HTTP requests, by route.',
    labels: ['route'],
    buckets: [0.001, 0.005, 0.025, 0.1, 0.5, 2.5, 10],
  });
  const requests = metrics.counters({
    name: 'muster_collector_http_requests_total',
    help: 'HTTP requests answered, by method, route and status.',
    labels: ['method', 'route', 'code'],
  });
  app.addHook('onResponse', (request, reply, done) => {
    const route = request.routeOptions.url ?? 'unknown';
    const code = String(reply.statusCode);
    requests.with({ method: request.method, route, code }).inc();
    seconds.with({ route }).observe(reply.elapsedTime / 1000);
    done();
  });
}
