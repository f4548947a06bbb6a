/** Events of devices, as they are kept. What happens now comes over the stream. */
import type { FastifyInstance } from 'fastify';
import type { EventQuery, FleetHistory } from '../../ports/fleet.ts';
import { API, type HttpPart } from './deps.ts';
import {
  answers,
  cursorProperty,
  pageSchema,
  readStretch,
  type StretchParams,
  stretchProperties,
} from './history-query.ts';

interface EventParams extends StretchParams, Pick<EventQuery, 'name' | 'severity'> {}

const text = { type: 'string' } as const;
const ms = { type: 'number', description: 'UTC milliseconds' } as const;
const severity = { type: 'string', enum: ['info', 'warning', 'error'] } as const;

const event = {
  device: text,
  site: text,
  at: { ...ms, description: 'UTC milliseconds by the device’s clock' },
  receivedAt: ms,
  name: text,
  severity,
  text,
  attributes: { type: 'object', additionalProperties: text },
};

const schema = {
  tags: ['events'],
  summary: 'Events of devices, newest first; the last 500 of each device are kept',
  querystring: {
    type: 'object',
    additionalProperties: false,
    properties: {
      ...stretchProperties,
      ...cursorProperty,
      name: { ...text, description: 'For example `check.failed`' },
      severity,
    },
  },
  response: answers(
    'One page',
    pageSchema('events', {
      type: 'object',
      properties: event,
      required: Object.keys(event),
      additionalProperties: false,
    }),
  ),
};

export function fleetEvents(history: Pick<FleetHistory, 'events'>): HttpPart {
  return async (app: FastifyInstance) => {
    app.get(`${API}/events`, { schema }, async (request, reply) => {
      const { name, severity: wanted, ...stretch } = request.query as EventParams;
      const { entries, next } = await history.events({
        ...readStretch(stretch),
        ...(name !== undefined && { name }),
        ...(wanted !== undefined && { severity: wanted }),
      });
      return reply.send({ events: entries, ...(next !== undefined && { next }) });
    });
  };
}
