/** Alerts with all that holds them back, and who has them. */
import type { FastifyInstance } from 'fastify';
import { ApiError } from '../../../core/api-errors.ts';
import { parseDuration } from '../../../core/query/duration.ts';
import type { AlertChoice, OnCallAlert } from '../../../ports/oncall.ts';
import { API } from '../deps.ts';
import { answer, asked, comment, type OnCallHttp, text, texts, who } from './deps.ts';

interface AcknowledgeBody extends AlertChoice {
  readonly by: string;
  readonly comment: string;
  readonly for?: string;
  readonly via: 'page' | 'cli' | 'api';
}

const choice = {
  fingerprints: { ...texts, minItems: 1, maxItems: 10_000 },
  matchers: { ...texts, minItems: 1, maxItems: 100, description: 'All must match' },
  notification: { ...text, description: 'The idempotency key of a notification' },
};

const alertsSchema = {
  tags: ['alerts'],
  summary: 'Firing alerts: what holds them back, who has them, how far they have climbed',
  response: answer('Alerts', { type: 'object', properties: { alerts: { type: 'array' } } }),
};

const acknowledgeSchema = {
  tags: ['alerts'],
  summary: 'Take alerts: nobody is told again until the time is over',
  body: {
    type: 'object',
    required: ['by'],
    additionalProperties: false,
    properties: {
      ...choice,
      by: who,
      comment,
      for: { ...text, description: 'e.g. 2h; absent: as long as the ladder says' },
      via: { ...text, enum: ['page', 'cli', 'api'], default: 'api' },
    },
  },
  response: answer('Those that were taken', { type: 'object' }),
};

const giveBackSchema = {
  tags: ['alerts'],
  summary: 'Give alerts back',
  body: {
    type: 'object',
    required: ['by'],
    additionalProperties: false,
    properties: { ...choice, by: who },
  },
  response: answer('Fingerprints of those that were given back', { type: 'object' }),
};

export function alerts(app: FastifyInstance, { oncall }: OnCallHttp): void {
  app.get(`${API}/alerts`, { schema: alertsSchema }, (_request, reply) =>
    reply.send({ alerts: oncall.alerts().map(shown) }),
  );

  const path = `${API}/alerts/acknowledge`;
  app.post(path, { schema: acknowledgeSchema }, async (request, reply) => {
    const { for: length, ...body } = request.body as AcknowledgeBody;
    const forMs = length === undefined ? undefined : spanOf(length);
    const wish = { ...body, ...(forMs !== undefined && { forMs }) };
    return reply.send({ acknowledgements: await asked(oncall.acknowledge(wish)) });
  });

  app.delete(path, { schema: giveBackSchema }, async (request, reply) => {
    const { by, ...wish } = request.body as AlertChoice & { by: string };
    return reply.send({ fingerprints: await asked(oncall.unacknowledge(wish, by)) });
  });
}

const LONGEST_MS = 30 * 86_400_000;

function spanOf(length: string): number {
  const ms = parseDuration(length);
  if (ms !== undefined && ms > 0 && ms <= LONGEST_MS) return ms;
  const detail = `for: ${JSON.stringify(length)} is not a duration up to 30d, e.g. 2h`;
  throw new ApiError('bad-request', detail);
}

function shown({ alert, ...view }: OnCallAlert): object {
  const { labels, annotations, startsAt, endsAt, updatedAt, generatorUrl } = alert;
  return {
    ...view,
    labels: labels.toObject(),
    annotations,
    startsAt,
    endsAt,
    updatedAt,
    ...(generatorUrl !== '' && { generatorURL: generatorUrl }),
  };
}
