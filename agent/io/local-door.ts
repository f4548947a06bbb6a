/**
 * The local door: HTTP on a Unix socket, for `muster-agent status`.
 *
 * Who may ask is a question of file permissions (0660), so there is no login; nothing can be
 * changed through it.
 */
import { chmod, mkdir, rm } from 'node:fs/promises';
import type { IncomingMessage, Server, ServerResponse } from 'node:http';
import { createServer, request } from 'node:http';
import { connect } from 'node:net';
import { dirname } from 'node:path';
import type { Answer } from '../ports/world.ts';

const MODE = 0o660;
const TIMEOUT_MS = 5000;
/** Longest path that the kernel takes for a Unix socket, without the final zero. */
const MAX_PATH_BYTES = 107;
const MAX_ANSWER_BYTES = 1_048_576;

export interface LocalDoor {
  readonly path: string;
  close(): Promise<void>;
}

/** Opens the door. Rejects when another agent answers behind it. `status` must not throw. */
export async function openLocalDoor(path: string, status: () => unknown): Promise<LocalDoor> {
  if (Buffer.byteLength(path) > MAX_PATH_BYTES) {
    throw new Error(`socket.path is longer than ${MAX_PATH_BYTES} bytes: ${path}`);
  }
  await mkdir(dirname(path), { recursive: true, mode: 0o750 });
  if (await answers(path)) throw new Error(`another agent already runs behind ${path}`);
  // Left behind by a process that was killed: nobody listens, so nobody misses it.
  await rm(path, { force: true });
  const server = createServer({ requestTimeout: TIMEOUT_MS }, (incoming, response) =>
    answer(incoming, response, status),
  );
  server.maxConnections = 16;
  await listening(server, path);
  await chmod(path, MODE);
  return { path, close: () => closed(server) };
}

/** Asks the agent behind the door for its status. */
export function askLocalDoor(path: string): Promise<Answer<Readonly<Record<string, unknown>>>> {
  return new Promise((resolve) => {
    const refuse = (why: string) => resolve({ ok: false, why });
    const asking = request(
      { socketPath: path, path: '/status', timeout: TIMEOUT_MS, agent: false },
      (response) => {
        let text = '';
        response.setEncoding('utf8');
        response.on('data', (part: string) => {
          text += part;
          if (text.length > MAX_ANSWER_BYTES) response.destroy(new Error('answer too long'));
        });
        response.on('error', (error) => refuse(error.message));
        response.on('end', () => resolve(parse(text)));
      },
    );
    asking.on('timeout', () => asking.destroy(new Error(`no answer within ${TIMEOUT_MS} ms`)));
    asking.on('error', (error: NodeJS.ErrnoException) => refuse(reason(error)));
    asking.end();
  });
}

function answer(incoming: IncomingMessage, response: ServerResponse, status: () => unknown): void {
  const isStatus = incoming.url === '/status';
  if (isStatus && incoming.method !== 'GET') {
    response.writeHead(405, { allow: 'GET' }).end();
    return;
  }
  const body = isStatus ? status() : { error: 'only GET /status' };
  response.writeHead(isStatus ? 200 : 404, { 'content-type': 'application/json' });
  response.end(`${JSON.stringify(body)}\n`);
}

function parse(text: string): Answer<Readonly<Record<string, unknown>>> {
  try {
    const value: unknown = JSON.parse(text);
    if (typeof value === 'object' && value !== null) {
      return { ok: true, value: value as Readonly<Record<string, unknown>> };
    }
  } catch {
    // Said below.
  }
  return { ok: false, why: 'what answers is no agent' };
}

function reason({ code, message }: NodeJS.ErrnoException): string {
  if (code === 'ENOENT') return 'not there';
  if (code === 'ECONNREFUSED') return 'nobody listens';
  return code === 'EACCES' ? 'may not be opened by this user' : message;
}

function answers(path: string): Promise<boolean> {
  return new Promise((resolve) => {
    const socket = connect(path);
    socket.setTimeout(TIMEOUT_MS, () => socket.destroy());
    socket.on('connect', () => {
      socket.destroy();
      resolve(true);
    });
    socket.on('error', () => resolve(false));
    socket.on('close', () => resolve(false));
  });
}

function listening(server: Server, path: string): Promise<void> {
  return new Promise((resolve, reject) => {
    server.once('error', reject);
    // Born closed to others: between bind and chmod nobody else may slip in.
    const mask = process.umask(0o117);
    server.listen(path, () => {
      server.off('error', reject);
      resolve();
    });
    process.umask(mask);
  });
}

function closed(server: Server): Promise<void> {
  return new Promise((resolve) => {
    server.close(() => resolve());
    server.closeAllConnections();
  });
}
