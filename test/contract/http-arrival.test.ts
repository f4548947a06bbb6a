/**
 * How long a request may take to arrive: one whose body trickles is cut off, one that has arrived is
 * answered however long the answer takes.
 */
import { EventEmitter, once } from 'node:events';
import { type AddressInfo, connect } from 'node:net';
import { type FastifyInstance, fastify } from 'fastify';
import { afterEach, describe, expect, it } from 'vitest';
import { arriveInTime } from '../../collector/io/http/arrival.ts';
import { DEFAULT_LIMITS } from '../../collector/io/http/deps.ts';

let app: FastifyInstance;
afterEach(() => app.close());

/** A server on which an answer waits until it is let go. */
async function listening(doors: EventEmitter): Promise<number> {
  app = fastify({ forceCloseConnections: true });
  arriveInTime(app, { ...DEFAULT_LIMITS, requestMs: 100 });
  app.all('/slow', async () => {
    const letGo = once(doors, 'let go');
    doors.emit('asked');
    await letGo;
    return 'late, but here';
  });
  await app.listen({ port: 0, host: '127.0.0.1' });
  return (app.server.address() as AddressInfo).port;
}

/** Resolves when a request whose body never comes was cut off: all asked before are past their time. */
async function trickled(port: number): Promise<void> {
  const socket = connect(port, '127.0.0.1');
  socket.on('error', () => undefined).resume();
  socket.write('POST /slow HTTP/1.1\r\nhost: localhost\r\ncontent-type: text/plain\r\n');
  socket.write('content-length: 10\r\n\r\nx');
  await once(socket, 'close');
}

describe('a request', () => {
  for (const method of ['GET', 'POST']) {
    it(`without a body is answered after the time that it has to arrive: ${method}`, async () => {
      const doors = new EventEmitter();
      const port = await listening(doors);
      const asked = once(doors, 'asked');
      const answer = fetch(`http://127.0.0.1:${port}/slow`, { method }).then((got) => got.text());
      answer.catch(() => undefined);
      await asked;
      await trickled(port);
      doors.emit('let go');
      expect(await answer).toBe('late, but here');
    });
  }
});
