/** Prometheus' branch: its parameters are read as Prometheus reads them, not by JSON Schema. */
import type { FastifyInstance } from 'fastify';
import type { HttpDeps } from '../deps.ts';
import { metadata } from './metadata.ts';
import { acceptForms } from './params.ts';
import { queries } from './query.ts';
import { rules } from './rules.ts';
import { series } from './series.ts';
import { status } from './status.ts';
import { targets } from './targets.ts';
import { remoteWrite } from './write.ts';

export function prometheus(deps: HttpDeps) {
  return (app: FastifyInstance, _options: object, done: () => void): void => {
    // Schemas here document; the refusals must be worded as Prometheus words them.
    app.setValidatorCompiler(() => (value: unknown) => ({ value }));
    acceptForms(app);
    queries(app, deps);
    series(app, deps);
    metadata(app, deps);
    targets(app, deps);
    status(app, deps);
    rules(app, deps.rules, deps.expressions);
    remoteWrite(app, deps);
    done();
  };
}
