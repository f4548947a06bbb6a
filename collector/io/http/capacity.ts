/** Whether the collector is the right size. */
import type { CapacityView } from '../../ports/capacity.ts';
import { API, type HttpPart } from './deps.ts';

const number = { type: 'number' } as const;
const text = { type: 'string' } as const;

const schema = {
  tags: ['collector'],
  summary: 'The collector’s own load, and whether to scale up, out, down or in',
  response: {
    200: {
      description: 'The last reading, every 15 s, and the advice with the figures behind it',
      content: {
        'application/json': {
          schema: {
            type: 'object',
            required: ['advice'],
            properties: {
              reading: { type: 'object', additionalProperties: number },
              advice: {
                type: 'array',
                items: {
                  type: 'object',
                  required: ['direction', 'resource', 'since', 'text'],
                  properties: {
                    direction: { type: 'string', enum: ['up', 'out', 'down', 'in'] },
                    resource: text,
                    since: { ...number, description: 'UTC milliseconds' },
                    text,
                  },
                },
              },
            },
          },
        },
      },
    },
  },
};

export const capacity =
  (view: () => CapacityView): HttpPart =>
  async (app) => {
    app.get(`${API}/capacity`, { schema }, async (_request, reply) => reply.send(view()));
    await Promise.resolve();
  };
