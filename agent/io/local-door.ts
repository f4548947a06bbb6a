/**
 * The local door: HTTP on a Unix socket, for `muster-agent status` and for local applications.
 *
 * Who may ask is a question of file permissions (0660), so there is no login; nothing can be
 * changed through it. It answers a handful of questions, so it does that by itself: Node's HTTP
 * server would take half a megabyte and a third of the agent's start.
 */
import { chmod, mkdir, rename, rm } from 'node:fs/promises';
import { connect, createServer, type Server, type Socket } from 'node:net';
import { dirname } from 'node:path';

const MODE = 0o660;
const TIMEOUT_MS = 5000;
/** The kernel takes 107 bytes for a Unix socket's path; the draft's name is the longer one. */
const MAX_PATH_BYTES = 107 - '.new'.length;
const MAX_QUESTION_BYTES = 8192;

/**
 * What can be asked; the answer may take a moment. A path that ends in a slash is asked with what
 * follows it; `undefined` means that there is nothing there.
 */
export type Routes = Readonly<Record<string, (rest: string) => unknown>>;

export interface LocalDoor {
  readonly path: string;
  close(): Promise<void>;
}

/** Opens the door. Rejects when another agent answers behind it. */
export async function openLocalDoor(path: string, routes: Routes): Promise<LocalDoor> {
  if (Buffer.byteLength(path) > MAX_PATH_BYTES) {
    throw new Error(`socket.path is longer than ${MAX_PATH_BYTES} bytes: ${path}`);
  }
  await mkdir(dirname(path), { recursive: true, mode: 0o750 });
  if (await answers(path)) throw new Error(`another agent already runs behind ${path}`);
  const open = new Set<Socket>();
  const server = createServer((socket) => {
    open.add(socket.once('close', () => open.delete(socket)));
    serve(socket, routes);
  });
  server.maxConnections = 16;
  // Under another name until its permissions are right; then it takes the place of a socket that a
  // killed agent may have left.
  const draft = `${path}.new`;
  await rm(draft, { force: true });
  await listening(server, draft);
  await chmod(draft, MODE);
  await rename(draft, path);
  return { path, close: () => closed(server, open, path) };
}

/** Reads the head of one request, answers and closes. */
function serve(socket: Socket, routes: Routes): void {
  let head = '';
  socket.setTimeout(TIMEOUT_MS, () => socket.destroy());
  socket.on('error', () => undefined);
  socket.on('data', (bytes: Buffer) => {
    head += bytes.toString('latin1');
    if (head.length > MAX_QUESTION_BYTES) socket.destroy();
    else if (head.includes('\r\n\r\n')) {
      socket.removeAllListeners('data').resume();
      void answer(head, routes).then((text) => socket.end(text));
    }
  });
}

async function answer(head: string, routes: Routes): Promise<string> {
  const [method, target = ''] = head.split(' ', 2);
  const path = target.split('?', 1)[0] ?? '';
  const found = routeOf(path, routes);
  if (found === undefined) {
    const known = Object.keys(routes).join(', ');
    return response('404 Not Found', { error: `nothing here; there is ${known}` }, method);
  }
  if (method !== 'GET' && method !== 'HEAD') {
    const refusal = { error: 'nothing can be changed through this door; only GET and HEAD' };
    return response('405 Method Not Allowed', refusal, method, ['allow: GET, HEAD']);
  }
  try {
    const value = await found();
    if (value !== undefined) return response('200 OK', value, method);
    return response('404 Not Found', { error: `no ${path}` }, method);
  } catch (error) {
    // One question that cannot be answered must not end the agent.
    return response('500 Internal Server Error', { error: String(error) }, method);
  }
}

/** The route of this very path, else the one whose folder it lies in. */
function routeOf(path: string, routes: Routes): (() => unknown) | undefined {
  if (Object.hasOwn(routes, path) && !path.endsWith('/')) return () => routes[path]?.('');
  const folder = path.slice(0, path.lastIndexOf('/') + 1);
  const rest = path.slice(folder.length);
  if (rest === '' || !Object.hasOwn(routes, folder)) return undefined;
  return () => routes[folder]?.(decoded(rest));
}

function decoded(text: string): string {
  try {
    return decodeURIComponent(text);
  } catch {
    return text;
  }
}

function response(
  status: string,
  value: unknown,
  method: string | undefined,
  more: readonly string[] = [],
): string {
  const body = `${JSON.stringify(value)}\n`;
  const head = [
    `HTTP/1.1 ${status}`,
    'content-type: application/json',
    `content-length: ${Buffer.byteLength(body)}`,
    'cache-control: no-store',
    'connection: close',
    ...more,
  ];
  return `${head.join('\r\n')}\r\n\r\n${method === 'HEAD' ? '' : body}`;
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

async function closed(server: Server, open: ReadonlySet<Socket>, path: string): Promise<void> {
  await new Promise<void>((resolve) => {
    server.close(() => resolve());
    for (const socket of open) socket.destroy();
  });
  await rm(path, { force: true });
}
