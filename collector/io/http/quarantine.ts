/** A look at what could not be decoded. */
import type { FastifyInstance, FastifyRequest } from 'fastify';
import { ApiError } from '../../core/api-errors.ts';
import type { QuarantineView } from '../../ports/http.ts';
import { API } from './deps.ts';
import { quarantineGetSchema, quarantineListSchema } from './schemas.ts';

export function quarantine(app: FastifyInstance, entries: QuarantineView): void {
  app.get(`${API}/quarantine`, { schema: quarantineListSchema }, async (request, reply) => {
    const { limit } = request.query as { limit: number };
    return reply.send({ entries: await entries.list(limit) });
  });

  app.get(
    `${API}/quarantine/:id`,
    { schema: quarantineGetSchema },
    async (request: FastifyRequest<{ Params: { id: string } }>, reply) => {
      const { id } = request.params;
      const entry = await entries.get(id);
      if (entry === undefined) {
        throw new ApiError(
          'unknown-entry',
          `No quarantined message has the id ${JSON.stringify(id)}.`,
        );
      }
      const { payload, ...rest } = entry;
      return reply.send({ ...rest, payload: Buffer.from(payload).toString('hex') });
    },
  );
}
