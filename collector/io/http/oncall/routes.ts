/** Everything about on-call that is reached by HTTP; to be registered as a branch of its own. */
import type { FastifyInstance } from 'fastify';
import { alerts } from './alerts.ts';
import type { OnCallHttp } from './deps.ts';
import { link } from './link.ts';
import { maintenance } from './maintenance.ts';
import { reports } from './reports.ts';

export function oncall(deps: OnCallHttp) {
  return (app: FastifyInstance, _options: object, done: () => void): void => {
    alerts(app, deps);
    maintenance(app, deps);
    reports(app, deps);
    link(app, deps);
    done();
  };
}
