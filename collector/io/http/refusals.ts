/** How failures are answered: problem+json, or Prometheus' envelope in Prometheus' branch. */
import type { FastifyError, FastifyInstance, FastifyReply, FastifyRequest } from 'fastify';
import { API_ERRORS, ApiError, type ApiErrorCode, problemDocument } from '../../core/api-errors.ts';
import { errorBody } from '../../core/query/format.ts';
import { QUERY_ERRORS, QueryError, type QueryErrorType } from '../../core/query/types.ts';
import type { Log } from '../../ports.ts';
import { PROMETHEUS } from './deps.ts';

/** Fastify's own refusals that deserve a code of ours. */
const FASTIFY_CODES: Readonly<Record<string, ApiErrorCode>> = {
  FST_ERR_CTP_BODY_TOO_LARGE: 'body-too-large',
  FST_ERR_CTP_INVALID_MEDIA_TYPE: 'unsupported-media-type',
};

export function refusals(app: FastifyInstance, log: Log): void {
  app.setErrorHandler((error: FastifyError | Error, request, reply) => {
    const refusal = asRefusal(error);
    if (refusal.code === 'internal') {
      log.error('request failed', { url: request.url, error: error.stack ?? error.message });
    }
    return refuse(request, reply, refusal.code, refusal.message, refusal.type);
  });
  app.setNotFoundHandler((request, reply) =>
    refuse(request, reply, 'not-found', `${request.method} ${pathOf(request)} leads nowhere.`),
  );
}

function asRefusal(error: FastifyError | Error): {
  readonly code: ApiErrorCode;
  readonly message: string;
  readonly type?: QueryErrorType;
} {
  if (error instanceof ApiError) return { code: error.code, message: error.message };
  if (error instanceof QueryError) {
    return { code: 'bad-selector', message: error.message, type: error.type };
  }
  const { code, statusCode = 500 } = error as Partial<FastifyError>;
  const known = code === undefined ? undefined : FASTIFY_CODES[code];
  if (known !== undefined) return { code: known, message: error.message };
  if (statusCode < 500) return { code: 'bad-request', message: error.message };
  // What went wrong inside is for the log, not for whoever asked.
  return { code: 'internal', message: 'See the collector’s log.' };
}

function refuse(
  request: FastifyRequest,
  reply: FastifyReply,
  code: ApiErrorCode,
  detail: string,
  type?: QueryErrorType,
): FastifyReply {
  if (request.url.startsWith(`${PROMETHEUS}/`)) {
    const errorType = type ?? prometheusType(API_ERRORS[code].status);
    const status = type === undefined ? API_ERRORS[code].status : QUERY_ERRORS[type];
    return reply.code(status).type('application/json').send(errorBody(errorType, detail));
  }
  const problem = problemDocument(code, detail);
  return reply.code(problem.status).type('application/problem+json').send(JSON.stringify(problem));
}

function prometheusType(status: number): QueryErrorType {
  if (status === 404) return 'not_found';
  return status >= 500 ? 'internal' : 'bad_data';
}

function pathOf(request: FastifyRequest): string {
  return request.url.split('?', 1)[0] ?? '';
}
