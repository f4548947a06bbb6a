/** Whether whoever asked is still there. */
import type { FastifyReply } from 'fastify';

/** Aborts when the connection closes before the answer is complete. */
export function clientSignal(reply: FastifyReply): AbortSignal {
  const controller = new AbortController();
  reply.raw.once('close', () => {
    if (!reply.raw.writableFinished) controller.abort(new Error('the client left'));
  });
  return controller.signal;
}
