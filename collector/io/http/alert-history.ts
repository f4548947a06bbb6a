/** What happened to alerts: who was told what, when, and what was answered. */
import type { FastifyInstance } from 'fastify';
import { EVENT_KINDS } from '../../core/alerting/event.ts';
import { ApiError } from '../../core/api-errors.ts';
import { parseTime } from '../../core/query/duration.ts';
import type { AlertHistory } from '../../ports/alerting.ts';
import { API } from './deps.ts';

interface HistoryParams {
  readonly fingerprint?: string;
  readonly since?: string;
  readonly limit: number;
}

const text = { type: 'string' } as const;

const event = {
  type: 'object',
  required: ['at', 'kind', 'fingerprints', 'data'],
  properties: {
    at: { type: 'number', description: 'UTC milliseconds' },
    kind: { type: 'string', enum: Object.keys(EVENT_KINDS) },
    fingerprints: { type: 'array', items: text },
    data: { type: 'object' },
  },
};

const events = { type: 'object', properties: { events: { type: 'array', items: event } } };

const historySchema = {
  tags: ['alerts'],
  summary: 'What happened to alerts, newest first',
  querystring: {
    type: 'object',
    additionalProperties: false,
    properties: {
      fingerprint: { type: 'string', pattern: '^[0-9a-f]{16}$', description: 'Of one alert' },
      since: { ...text, description: 'RFC 3339 or Unix seconds' },
      limit: { type: 'integer', minimum: 1, maximum: 10_000, default: 100 },
    },
  },
  response: {
    200: { description: 'Events', content: { 'application/json': { schema: events } } },
  },
};

export function alertHistory(app: FastifyInstance, history: AlertHistory): void {
  app.get(`${API}/alerts/history`, { schema: historySchema }, async (request, reply) => {
    const { fingerprint, since, limit } = request.query as HistoryParams;
    const from = since === undefined ? undefined : parseTime(since);
    if (since !== undefined && from === undefined) {
      const detail = `since: ${JSON.stringify(since)} is not a time: give RFC 3339 or Unix seconds`;
      throw new ApiError('bad-request', detail);
    }
    const found = await history.list({
      limit,
      ...(fingerprint !== undefined && { fingerprint }),
      ...(from !== undefined && { since: from }),
    });
    return reply.send({ events: found });
  });
}
