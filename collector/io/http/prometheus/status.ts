/** What Grafana and other clients ask before they query. */
import type { FastifyInstance } from 'fastify';
import { successBody } from '../../../core/query/format.ts';
import type { BuildInfo } from '../../../core/views.ts';
import { PROMETHEUS } from '../deps.ts';
import { alertsSchema, buildinfoSchema, rulesSchema } from './schemas.ts';

/** Clients pick features by the version: this is the API that is spoken, ours follows the plus. */
const SPOKEN = '3.0.0';

export function status(app: FastifyInstance, build: BuildInfo): void {
  const buildinfo = successBody({
    application: 'Muster',
    version: `${SPOKEN}+muster.${build.version}`,
    revision: build.revision,
    branch: '',
    buildUser: '',
    buildDate: '',
    goVersion: '',
  });
  const constant = (url: string, schema: object, body: string): void => {
    app.get(`${PROMETHEUS}${url}`, { schema }, (_request, reply) =>
      reply.type('application/json').send(body),
    );
  };
  constant('/status/buildinfo', buildinfoSchema, buildinfo);
  // Rules and alerts come with their engine; until then there are none.
  constant('/rules', rulesSchema, successBody({ groups: [] }));
  constant('/alerts', alertsSchema, successBody({ alerts: [] }));
}
