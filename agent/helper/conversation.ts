/**
 * One connection: one request line in, lines of output and one answer out. A caller that closes its
 * half, or goes away, wants what it asked for to be stopped.
 */
import type { Socket } from 'node:net';
import { MOST_OUTPUT, MOST_REQUEST_BYTES } from '../core/remedies/helper-lines.ts';
import type { HelperAnswer, HelperRequest } from '../ports/caretaking.ts';
import { parseRequest } from './request.ts';

/** Of a caller that does not read: what is beyond is dropped, and nothing waits for it. */
const MOST_UNREAD_BYTES = 1_048_576;
const REQUEST_TIMEOUT_MS = 5_000;
/** For the caller to take the answer. */
const LINGER_MS = 5_000;

export interface Asked {
  readonly request: HelperRequest;
  readonly signal: AbortSignal;
  print(text: string): void;
}

/** Resolves when the connection is gone. `act` must not reject. */
export async function converse(
  socket: Socket,
  act: (asked: Asked) => Promise<HelperAnswer>,
): Promise<void> {
  const gone = new Promise<void>((resolve) => {
    socket.once('close', () => resolve());
  });
  socket.on('error', () => undefined);
  const leave = new AbortController();
  const line = await firstLine(socket, () => leave.abort());
  void gone.then(() => leave.abort());
  if (line !== undefined) {
    const parsed = parseRequest(line);
    const answer: HelperAnswer = parsed.ok
      ? await act({ request: parsed.request, signal: leave.signal, print: printer(socket) })
      : { ok: false, text: `refused: ${parsed.why}` };
    finish(socket, answer);
  }
  await gone;
}

/** `undefined`: none came in time, or more than one line; the connection is then over. */
function firstLine(socket: Socket, onEnd: () => void): Promise<string | undefined> {
  return new Promise((resolve) => {
    let bytes = Buffer.alloc(0);
    let isRead = false;
    const over = (why: string) => {
      resolve(undefined);
      if (!isRead) finish(socket, { ok: false, text: `refused: ${why}` });
      isRead = true;
    };
    const timer = setTimeout(() => over('no request came in time'), REQUEST_TIMEOUT_MS);
    socket.on('data', (piece: Buffer) => {
      if (isRead) {
        // One request for each connection.
        socket.destroy();
        return;
      }
      bytes = Buffer.concat([bytes, piece]);
      const end = bytes.indexOf(0x0a);
      if (end < 0 && bytes.length <= MOST_REQUEST_BYTES) return;
      clearTimeout(timer);
      if (end < 0 || end > MOST_REQUEST_BYTES) over('the request is too long');
      else if (end < bytes.length - 1) over('more than one request');
      isRead = true;
      if (end >= 0) resolve(bytes.toString('utf8', 0, end));
    });
    socket.once('end', () => {
      clearTimeout(timer);
      over('no request');
      onEnd();
    });
    socket.once('close', () => {
      clearTimeout(timer);
      resolve(undefined);
    });
  });
}

function printer(socket: Socket): (text: string) => void {
  return (text) => {
    for (let at = 0; at < text.length; at += MOST_OUTPUT) {
      if (socket.destroyed || socket.writableLength > MOST_UNREAD_BYTES) return;
      socket.write(`${JSON.stringify({ output: text.slice(at, at + MOST_OUTPUT) })}\n`);
    }
  };
}

function finish(socket: Socket, answer: HelperAnswer): void {
  socket.end(`${JSON.stringify({ answer })}\n`);
  // A caller that neither reads nor goes away.
  const timer = setTimeout(() => socket.destroy(), LINGER_MS);
  socket.once('close', () => clearTimeout(timer));
}
