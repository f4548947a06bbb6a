/** Alertmanager's branch, version 2 of its API: refusals are JSON texts, as its clients expect. */
import type { FastifyError, FastifyInstance } from 'fastify';
import { MatcherError } from '../../../core/alerting/matcher.ts';
import { SilenceError, type SilenceRefusal } from '../../../core/alerting/silence.ts';
import { API_ERRORS, ApiError } from '../../../core/api-errors.ts';
import { alerts } from './alerts.ts';
import type { AlertmanagerDeps } from './deps.ts';
import { ParameterError } from './params.ts';
import { silences } from './silences.ts';
import { status } from './status.ts';

/** Alertmanager answers 500 to the second expiry of a silence, and amtool prints the text of that. */
const SILENCE_STATUS: Readonly<Record<SilenceRefusal, number>> = {
  invalid: 400,
  unknown: 404,
  expired: 500,
};

export function alertmanager(deps: AlertmanagerDeps) {
  return (app: FastifyInstance, _options: object, done: () => void): void => {
    // Schemas here document; what is wrong is told in Alertmanager's words.
    app.setValidatorCompiler(() => (value: unknown) => ({ value }));
    app.setErrorHandler((error: FastifyError | Error, request, reply) => {
      const code = statusOf(error);
      if (code === 500 && !(error instanceof SilenceError)) {
        deps.log.error('request failed', { url: request.url, error: error.stack ?? error.message });
        return reply.code(code).type(JSON_TYPE).send(JSON.stringify('See the collector’s log.'));
      }
      return reply.code(code).type(JSON_TYPE).send(JSON.stringify(error.message));
    });
    status(app, deps);
    alerts(app, deps);
    silences(app, deps);
    done();
  };
}

const JSON_TYPE = 'application/json';

function statusOf(error: FastifyError | Error): number {
  if (error instanceof SilenceError) return SILENCE_STATUS[error.code];
  if (error instanceof MatcherError || error instanceof ParameterError) return 400;
  if (error instanceof ApiError) return API_ERRORS[error.code].status;
  const { statusCode = 500 } = error as Partial<FastifyError>;
  return Math.min(statusCode, 500);
}
