/** OpenAPI at /docs and /docs/json; everything is served from here, so it works without internet. */
import swagger from '@fastify/swagger';
import swaggerUi from '@fastify/swagger-ui';
import type { FastifyInstance } from 'fastify';
import type { BuildInfo } from '../../core/views.ts';

const LOGO =
  '<svg xmlns="http://www.w3.org/2000/svg" width="110" height="40"><text x="4" y="27" fill="#fff" ' +
  'font-family="sans-serif" font-size="22" font-weight="700">Muster</text></svg>';

export function docs(app: FastifyInstance, build: BuildInfo): void {
  void app.register(swagger, {
    openapi: {
      openapi: '3.0.3',
      info: {
        title: 'Muster collector',
        version: build.version,
        description:
          'Devices, their metrics and what happens to them. `/api/v1` is the HTTP API of Prometheus.',
      },
      tags: [
        { name: 'devices', description: 'The fleet' },
        { name: 'live', description: 'Server-Sent Events' },
        { name: 'quarantine', description: 'Messages that could not be read' },
        { name: 'prometheus', description: 'The query API of Prometheus' },
        { name: 'health', description: 'The collector itself' },
      ],
    },
  });
  void app.register(swaggerUi, {
    routePrefix: '/docs',
    logo: { type: 'image/svg+xml', content: LOGO },
    uiConfig: { docExpansion: 'list', validatorUrl: null },
    // The viewer sets styles in the page; nothing comes from elsewhere.
    staticCSP: {
      'default-src': "'none'",
      'script-src': "'self'",
      'style-src': "'self' 'unsafe-inline'",
      'connect-src': "'self'",
      'img-src': "'self' data:",
      'font-src': "'self' data:",
      'base-uri': "'none'",
      'frame-ancestors': "'none'",
    },
  });
}
