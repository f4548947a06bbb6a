/** Ends a query when its time is over or its client has left, also while the store is at work. */
import type { FastifyReply } from 'fastify';
import { QueryError } from '../../../core/query/types.ts';
import type { Clock } from '../../../ports.ts';

export async function withDeadline<T>(
  clock: Clock,
  reply: FastifyReply,
  timeoutMs: number,
  work: (signal: AbortSignal) => Promise<T>,
): Promise<T> {
  const controller = new AbortController();
  const { signal } = controller;
  const left = (): void => {
    controller.abort(new QueryError('canceled', 'the client closed the connection'));
  };
  const late = (): void => {
    controller.abort(new QueryError('timeout', 'query timed out in expression evaluation'));
  };
  const aborted = new Promise<never>((_resolve, reject) => {
    signal.addEventListener('abort', () => reject(signal.reason as QueryError), { once: true });
  });
  reply.raw.once('close', left);
  const cancel = clock.after(Math.max(0, timeoutMs), late);
  try {
    return await Promise.race([work(signal), aborted]);
  } finally {
    cancel();
    reply.raw.off('close', left);
  }
}
