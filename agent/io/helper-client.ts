/** Asks the privileged helper over its Unix socket: `Helper` of `ports/caretaking.ts`. */
import { connect, type Socket } from 'node:net';
import { StringDecoder } from 'node:string_decoder';
import {
  INSTALL_TIMEOUT_MS,
  MOST_LINE_BYTES,
  STOP_TIMEOUT_MS,
  VERB_TIMEOUT_MS,
} from '../core/remedies/helper-lines.ts';
import type { Helper, HelperAnswer, HelperRequest } from '../ports/caretaking.ts';

export interface HelperClientOptions {
  /** For the answer after what was asked should have ended. */
  readonly patienceMs?: number;
}

type Options = Parameters<Helper['ask']>[1];

export function createHelper(socketPath: string, options: HelperClientOptions = {}): Helper {
  const { patienceMs = STOP_TIMEOUT_MS } = options;
  return {
    ask: (request, how) => {
      if (how.signal?.aborted === true) return Promise.resolve(no('stopped before it was asked'));
      return new Question(socketPath, patienceMs, how).ask(request);
    },
  };
}

/** One connection, until there is an answer or none can come any more. */
class Question {
  readonly #path: string;
  readonly #patienceMs: number;
  readonly #options: Options;
  readonly #timers: NodeJS.Timeout[] = [];
  readonly #decoder = new StringDecoder('utf8');
  #line = '';

  constructor(path: string, patienceMs: number, options: Options) {
    this.#path = path;
    this.#patienceMs = patienceMs;
    this.#options = options;
  }

  async ask(request: HelperRequest): Promise<HelperAnswer> {
    const socket = connect(this.#path);
    const { signal } = this.#options;
    const leave = () => this.#leave(socket);
    try {
      return await new Promise<HelperAnswer>((resolve) => {
        let why = 'it closed the connection without an answer';
        socket.on('connect', () => socket.write(`${JSON.stringify(request)}\n`));
        socket.on('error', (error) => {
          why = reason(error as NodeJS.ErrnoException);
        });
        socket.on('data', (piece: Buffer) => {
          const answer = this.#read(piece);
          if (answer !== undefined) resolve(answer);
        });
        socket.on('close', () =>
          resolve(no(`the helper at ${this.#path} cannot be asked: ${why}`)),
        );
        signal?.addEventListener('abort', leave, { once: true });
        this.#after(longestOf(request) + this.#patienceMs, () => {
          why = 'it did not answer in time';
          socket.destroy();
        });
      });
    } finally {
      signal?.removeEventListener('abort', leave);
      for (const timer of this.#timers) clearTimeout(timer);
      socket.destroy();
    }
  }

  /** Its half of the connection closed tells the helper to stop; how that ended is still answered. */
  #leave(socket: Socket): void {
    socket.end();
    this.#after(this.#patienceMs, () => socket.destroy());
  }

  #read(piece: Buffer): HelperAnswer | undefined {
    this.#line += this.#decoder.write(piece);
    for (let end = this.#line.indexOf('\n'); end >= 0; end = this.#line.indexOf('\n')) {
      const answer = this.#take(this.#line.slice(0, end));
      if (answer !== undefined) return answer;
      this.#line = this.#line.slice(end + 1);
    }
    return this.#line.length > MOST_LINE_BYTES
      ? no('the helper sends lines without end')
      : undefined;
  }

  #take(line: string): HelperAnswer | undefined {
    const { output, answer } = Object(parsed(line)) as {
      readonly output?: unknown;
      readonly answer?: Partial<HelperAnswer>;
    };
    if (typeof output === 'string') {
      this.#options.output?.(output);
      return undefined;
    }
    const { ok, text, outcome } = Object(answer) as Partial<HelperAnswer>;
    if (typeof ok !== 'boolean' || typeof text !== 'string') {
      return no('the helper sent something that is neither output nor answer');
    }
    return outcome === undefined ? { ok, text } : { ok, text, outcome };
  }

  #after(ms: number, action: () => void): void {
    this.#timers.push(setTimeout(action, ms));
  }
}

function parsed(line: string): unknown {
  try {
    return JSON.parse(line);
  } catch {
    return undefined;
  }
}

function reason({ code, message }: NodeJS.ErrnoException): string {
  if (code === 'ENOENT') return 'its socket is not there; is muster-helper.socket enabled?';
  if (code === 'ECONNREFUSED') return 'nobody listens there; is muster-helper.socket running?';
  if (code === 'EACCES') return 'this user may not; it must be in the group of the socket';
  return message;
}

function no(text: string): HelperAnswer {
  return { ok: false, text };
}

function longestOf(request: HelperRequest): number {
  if (request.verb === 'run-task') return request.timeoutMs;
  return request.verb === 'install' ? INSTALL_TIMEOUT_MS : VERB_TIMEOUT_MS;
}
