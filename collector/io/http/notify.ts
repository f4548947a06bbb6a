/** Tries a receiver at a person's request. */
import type { FastifyInstance } from 'fastify';
import { ApiError } from '../../core/api-errors.ts';
import type { NotifyTester } from '../../ports/notify.ts';
import { API } from './deps.ts';

const text = { type: 'string' } as const;

const schema = {
  summary: 'Send a made-up alert to each channel of a receiver',
  tags: ['notifications'],
  body: {
    type: 'object',
    required: ['receiver'],
    additionalProperties: false,
    properties: { receiver: { type: 'string', minLength: 1, maxLength: 1000 } },
  },
  response: {
    200: {
      description: 'What each channel answered',
      content: {
        'application/json': {
          schema: {
            type: 'object',
            required: ['receiver', 'results'],
            properties: {
              receiver: text,
              results: {
                type: 'array',
                items: {
                  type: 'object',
                  required: ['channel', 'ok', 'answer'],
                  properties: {
                    channel: text,
                    ok: { type: 'boolean' },
                    answer: text,
                    retry: { type: 'boolean' },
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

export function notify(app: FastifyInstance, tester: NotifyTester): void {
  app.post(`${API}/notify/test`, { schema }, async (request, reply) => {
    const { receiver } = request.body as { receiver: string };
    const report = await tester.test(receiver);
    if (report === undefined) {
      throw new ApiError('not-found', `No receiver is called ${JSON.stringify(receiver)}.`);
    }
    return reply.send(report);
  });
}
