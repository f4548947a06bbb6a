/** Prometheus' branch: its parameters are read as Prometheus reads them, not by JSON Schema. */
import type { FastifyInstance } from 'fastify';
import type { HttpDeps, HttpLimits } from '../deps.ts';
import { acceptForms } from './params.ts';
import { queries } from './query.ts';
import { series } from './series.ts';
import { status } from './status.ts';

export function prometheus(deps: HttpDeps, limits: HttpLimits) {
  return (app: FastifyInstance, _options: object, done: () => void): void => {
    // Schemas here document; the refusals must be worded as Prometheus words them.
    app.setValidatorCompiler(() => (value: unknown) => ({ value }));
    acceptForms(app);
    queries(app, deps, limits);
    series(app, deps.store);
    status(app, deps.build);
    done();
  };
}
