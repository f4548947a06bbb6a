/** Alerting as a collector runs it: the machine's clock, LevelDB or memory, and its HTTP branch. */
import { randomUUID } from 'node:crypto';
import { type FastifyInstance, fastify } from 'fastify';
import { createMetrics, type Metrics } from '../../../collector/core/metrics.ts';
import { systemClock } from '../../../collector/io/clock.ts';
import { alertmanager } from '../../../collector/io/http/alertmanager/routes.ts';
import type { Catalog } from '../../../collector/ports.ts';
import { Alerting } from '../../../collector/work/alerting/alerting.ts';
import { alertingGauges } from '../../../collector/work/alerting/metrics.ts';
import type { Channels } from '../../../collector/work/alerting/receivers.ts';
import { AlertingViews } from '../../../collector/work/alerting/views.ts';
import { silentLog } from '../silent-log.ts';
import { MemoryCatalog } from './memory-catalog.ts';
import { webhookChannels } from './webhook-channel.ts';

export interface AlertingServer {
  readonly url: string;
  readonly app: FastifyInstance;
  readonly alerting: Alerting;
  readonly views: AlertingViews;
  readonly metrics: Metrics;
  close(): Promise<void>;
}

export interface ServerOptions {
  readonly catalog?: Catalog;
  readonly channels?: Channels;
  readonly port?: number;
}

export async function startAlerting(
  text: string,
  { catalog = new MemoryCatalog(), channels = webhookChannels, port = 0 }: ServerOptions = {},
): Promise<AlertingServer> {
  const metrics = createMetrics();
  const alerting = new Alerting({
    clock: systemClock,
    log: silentLog,
    catalog,
    metrics,
    files: {
      config: () => Promise.resolve({ path: 'alerting.yml', text }),
      templates: () => Promise.resolve([]),
    },
    channels,
    random: Math.random,
    newId: randomUUID,
    externalUrl: 'http://muster.test',
    retentionMs: 120 * 3_600_000,
  });
  const problems = await alerting.start();
  if (problems.length > 0) throw new Error(JSON.stringify(problems));
  const views = new AlertingViews(alerting, systemClock);
  alertingGauges(metrics, () => views.figures());
  const app = fastify({ forceCloseConnections: true });
  app.setSerializerCompiler(() => (data) => JSON.stringify(data));
  const build = { version: '0.1.0', revision: 'test' };
  await app.register(alertmanager({ clock: systemClock, log: silentLog, alerting: views, build }));
  app.get('/metrics', (_request, reply) => reply.type('text/plain').send(metrics.text()));
  const url = await app.listen({ host: '127.0.0.1', port });
  return {
    url,
    app,
    alerting,
    views,
    metrics,
    async close() {
      await app.close();
      await alerting.stop(500);
    },
  };
}
