/** What clients ask before anything else: version, configuration, receivers. */
import type { FastifyInstance } from 'fastify';
import { ALERTMANAGER, type AlertmanagerDeps } from './deps.ts';
import { receiversSchema, statusSchema } from './schemas.ts';

/** Clients pick features by the version: this is the API that is spoken, ours follows the plus. */
const SPOKEN = '0.25.0';

export function status(app: FastifyInstance, { alerting, build }: AlertmanagerDeps): void {
  app.get(`${ALERTMANAGER}/status`, { schema: statusSchema }, (_request, reply) =>
    reply.send({
      cluster: { status: 'disabled', peers: [] },
      config: { original: alerting.configText() },
      uptime: new Date(alerting.startedAt).toISOString(),
      versionInfo: {
        branch: '',
        buildDate: '',
        buildUser: '',
        goVersion: '',
        revision: build.revision,
        version: `${SPOKEN}+muster.${build.version}`,
      },
    }),
  );
  app.get(`${ALERTMANAGER}/receivers`, { schema: receiversSchema }, (_request, reply) =>
    reply.send(alerting.receivers().map((name) => ({ name }))),
  );
}
