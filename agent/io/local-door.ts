/**
 * The local door: HTTP on a Unix socket, for `muster-agent status`.
 *
 * Who may ask is a question of file permissions (0660), so there is no login; nothing can be
 * changed through it.
 */
import { chmod, mkdir, rename, rm } from 'node:fs/promises';
import type { IncomingMessage, Server, ServerResponse } from 'node:http';
import { createServer, request } from 'node:http';
import { connect } from 'node:net';
import { dirname } from 'node:path';
import type { Answer } from '../ports/world.ts';

const MODE = 0o660;
const TIMEOUT_MS = 5000;
/** The kernel takes 107 bytes for a Unix socket's path; the draft's name is the longer one. */
const MAX_PATH_BYTES = 107 - '.new'.length;
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
  const server = createServer({ requestTimeout: TIMEOUT_MS }, (incoming, response) =>
    answer(incoming, response, status),
  );
  server.maxConnections = 16;
  // Under another name until its permissions are right; then it takes the place of a socket that a
  // killed agent may have left.
  const draft = `${path}.new`;
  await rm(draft, { force: true });
  await listening(server, draft);
  await chmod(draft, MODE);
  await rename(draft, path);
  return { path, close: () => closed(server, path) };
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
    server.listen(path, () => {
      server.off('error', reject);
      resolve();
    });
  });
}

async function closed(server: Server, path: string): Promise<void> {
  await new Promise<void>((resolve) => {
    server.close(() => resolve());
    server.closeAllConnections();
  });
  await rm(path, { force: true });
}
