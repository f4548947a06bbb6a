/** Whether the collector lives, is ready, and how its parts do; and its own metrics. */
import type { FastifyInstance } from 'fastify';
import { overallHealth } from '../../core/health.ts';
import { CONTENT_TYPE } from '../../core/metrics/exposition.ts';
import type { HttpDeps } from './deps.ts';
import { healthSchema, textSchema } from './schemas.ts';

type Deps = Pick<HttpDeps, 'components' | 'readiness' | 'metrics' | 'build' | 'clock'>;

export function health(app: FastifyInstance, deps: Deps): void {
  const { components, readiness, metrics, build, clock } = deps;
  const startedAt = clock.wall();

  app.get('/health', { schema: healthSchema }, (_request, reply) => {
    const parts = components();
    const status = overallHealth(parts);
    const { ready, reasons } = readiness();
    void reply.code(status === 'unhealthy' ? 503 : 200).header('cache-control', 'no-store');
    return reply.send({ status, ready, reasons, components: parts, startedAt, ...build });
  });

  // Alive is whoever can answer: a full disk is no reason to be restarted.
  app.get(
    '/-/healthy',
    { schema: textSchema('Answers while the process lives') },
    (_request, reply) => reply.type('text/plain; charset=utf-8').send('Muster is healthy.\n'),
  );

  app.get(
    '/-/ready',
    { schema: textSchema('200 when ready, else 503 and what is missing') },
    (_request, reply) => {
      const { ready, reasons } = readiness();
      const text = ready ? 'Muster is ready.\n' : `Muster is not ready: ${reasons.join('; ')}\n`;
      return reply
        .code(ready ? 200 : 503)
        .type('text/plain; charset=utf-8')
        .send(text);
    },
  );

  app.get('/metrics', { schema: textSchema('The collector’s own metrics') }, (_request, reply) =>
    reply.type(CONTENT_TYPE).send(metrics.text()),
  );
}
