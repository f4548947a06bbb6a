/** An HTTP server with everything about alerts, and the page, over a rig of on-call. */
import { type FastifyInstance, fastify } from 'fastify';
import { alertHistory } from '../../../collector/io/http/alert-history.ts';
import { alertmanager } from '../../../collector/io/http/alertmanager/routes.ts';
import { DEFAULT_LIMITS } from '../../../collector/io/http/deps.ts';
import { guard } from '../../../collector/io/http/guard.ts';
import { oncall } from '../../../collector/io/http/oncall/routes.ts';
import { page } from '../../../collector/io/http/page.ts';
import { refusals } from '../../../collector/io/http/refusals.ts';
import { silentLog } from '../silent-log.ts';
import type { OnCallRig } from './rig.ts';

export function serveRig(rig: OnCallRig, webRoot = '/nonexistent'): FastifyInstance {
  const { clock, views, desk, alerting } = rig;
  const app = fastify({
    ajv: { customOptions: { removeAdditional: false, coerceTypes: 'array' } },
    forceCloseConnections: true,
  });
  app.setSerializerCompiler(() => (data) => JSON.stringify(data));
  guard(app, { loopback: true, hostNames: [], webRoot, limits: DEFAULT_LIMITS });
  refusals(app, silentLog);
  const build = { version: '0.1.0', revision: 'test' };
  void app.register(oncall({ clock, oncall: desk }));
  void app.register(alertmanager({ clock, log: silentLog, alerting: views, build }));
  void app.register(async (routes) => {
    alertHistory(routes, alerting.history);
    await page(routes, webRoot);
  });
  return app;
}
