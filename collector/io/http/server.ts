/** The HTTP server: one instance from its dependencies, one file for each group of routes. */
import { type FastifyError, type FastifyInstance, fastify } from 'fastify';
import { alertHistory } from './alert-history.ts';
import { alertmanager } from './alertmanager/routes.ts';
import { arriveInTime } from './arrival.ts';
import type { HttpDeps, HttpOptions } from './deps.ts';
import { devices } from './devices.ts';
import { docs } from './docs.ts';
import { guard } from './guard.ts';
import { health } from './health.ts';
import { measure } from './measure.ts';
import { notify } from './notify.ts';
import { oncall } from './oncall/routes.ts';
import { page } from './page.ts';
import { prometheus } from './prometheus/routes.ts';
import { quarantine } from './quarantine.ts';
import { refusals } from './refusals.ts';
import { stream } from './stream.ts';

/** Not listening yet: `listen` or `inject` does what is left to do. */
export function buildHttp(deps: HttpDeps, options: HttpOptions): FastifyInstance {
  const { limits } = options;
  const common = {
    logger: false as const,
    bodyLimit: limits.bodyBytes,
    requestTimeout: limits.transferMs,
    // Connections kept open by idle clients must not hold up a stop.
    forceCloseConnections: true,
    ajv: { customOptions: { removeAdditional: false, coerceTypes: 'array' as const } },
    schemaErrorFormatter: nameTheProblem,
  };
  const { tls } = options;
  // Routes see the same instance whichever socket is below; fastify's types tell them apart.
  const app: FastifyInstance =
    tls === undefined
      ? fastify(common)
      : (fastify({
          ...common,
          https: { ...tls, minVersion: 'TLSv1.2' },
        }) as unknown as FastifyInstance);
  // Views are plain data already; the schemas of answers are documentation.
  app.setSerializerCompiler(() => (data) => JSON.stringify(data));
  guard(app, options);
  arriveInTime(app, limits);
  measure(app, deps.metrics);
  refusals(app, deps.log);
  docs(app, deps.build);
  deps.streams.endWith(app);
  void app.register(async (routes) => {
    health(routes, deps);
    devices(routes, deps.devices);
    quarantine(routes, deps.quarantine);
    stream(routes, deps);
    alertHistory(routes, deps.alerting.history);
    notify(routes, deps.notifyTester);
    await page(routes, options.webRoot);
  });
  void app.register(prometheus(deps));
  void app.register(alertmanager(deps));
  void app.register(oncall(deps));
  for (const part of deps.parts ?? []) void app.register(part);
  return app;
}

/** Which parameter, and what it may be: "querystring: unknown parameter sit". */
function nameTheProblem(errors: NonNullable<FastifyError['validation']>, where: string): Error {
  const [first] = errors;
  const { additionalProperty, allowedValues } = first?.params ?? {};
  if (typeof additionalProperty === 'string') {
    return new Error(`${where}: unknown parameter ${additionalProperty}`);
  }
  const allowed = Array.isArray(allowedValues) ? `: ${allowedValues.join(', ')}` : '';
  return new Error(
    `${where}${first?.instancePath ?? ''} ${first?.message ?? 'is not valid'}${allowed}`,
  );
}
