/**
 * Listens on a Unix socket: the one that systemd hands over, or one of its own. Who may connect is a
 * question of the socket's permissions (0660, the agent's group).
 */
import { chmod, rm } from 'node:fs/promises';
import { createServer, type Server, type Socket } from 'node:net';

export type Listening =
  | { readonly fd: number }
  /** Made anew; whatever stands there is taken away. */
  | { readonly path: string };

export interface HelperServer {
  /** Resolves once it stopped: told to, or nobody has been there for `idleMs`. */
  readonly done: Promise<void>;
  /** Takes no more, and ends when what runs has ended. */
  stop(): void;
}

const MODE = 0o660;
const MOST_CONNECTIONS = 16;

export async function serve(
  at: Listening,
  idleMs: number | undefined,
  converse: (socket: Socket) => Promise<void>,
): Promise<HelperServer> {
  let open = 0;
  let idle: NodeJS.Timeout | undefined;
  const rest = () => {
    if (idleMs !== undefined && open === 0) idle = setTimeout(() => server.close(), idleMs);
  };
  // Half open: a caller that has nothing more to say still waits for the answer.
  const server = createServer({ allowHalfOpen: true }, (socket) => {
    open += 1;
    clearTimeout(idle);
    void converse(socket).finally(() => {
      open -= 1;
      rest();
    });
  });
  server.maxConnections = MOST_CONNECTIONS;
  // Resolves when every connection is over too, so that nobody is cut off by an idle end.
  const done = new Promise<void>((resolve) => {
    server.once('close', () => resolve());
  });
  await listen(server, at);
  rest();
  return {
    done,
    stop: () => {
      clearTimeout(idle);
      server.close();
    },
  };
}

async function listen(server: Server, at: Listening): Promise<void> {
  if ('path' in at) await rm(at.path, { force: true });
  const before = process.umask(0o777 & ~MODE);
  try {
    await new Promise<void>((resolve, reject) => {
      server.once('error', reject);
      server.listen(at, resolve);
    });
  } finally {
    process.umask(before);
  }
  if ('path' in at) await chmod(at.path, MODE);
}
