/** A request must arrive whole in its time: a body that trickles would hold its connection for ever. */
import type { FastifyInstance } from 'fastify';
import type { HttpLimits } from './deps.ts';

declare module 'fastify' {
  interface FastifyContextConfig {
    /** The body is a file, and may take as long as files take. */
    carriesFile?: boolean;
  }
}

export function arriveInTime(app: FastifyInstance, { requestMs, transferMs }: HttpLimits): void {
  app.addHook('onRequest', (request, _reply, done) => {
    const { raw, routeOptions } = request;
    const patience = routeOptions.config.carriesFile === true ? transferMs : requestMs;
    const timer = setTimeout(() => {
      // Without a body nobody reads it, and 'end' comes with the answer, however long that takes.
      if (!raw.complete) raw.destroy();
    }, patience);
    raw.once('end', () => clearTimeout(timer)).once('close', () => clearTimeout(timer));
    done();
  });
}
