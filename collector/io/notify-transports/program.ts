/** Runs a program of the operator's without a shell. */
import { type ChildProcess, spawn } from 'node:child_process';
import { type ProgramEnd, type ProgramRunner, TransportError } from '../../ports/notify.ts';

const MAX_STDERR = 16 * 1024;

export const programRunner: ProgramRunner = {
  async run({ argv, stdin, env, timeoutMs }, signal) {
    signal.throwIfAborted();
    const [program, ...args] = argv;
    // A group of its own, so that what it starts ends with it.
    const child = spawn(program, args, {
      env: { ...env },
      stdio: ['pipe', 'ignore', 'pipe'],
      detached: true,
    });
    let timedOut = false;
    const end = (): void => {
      timedOut = true;
      killGroup(child);
    };
    const timer = setTimeout(end, timeoutMs);
    signal.addEventListener('abort', end);
    try {
      return await ended(child, stdin, () => timedOut);
    } finally {
      clearTimeout(timer);
      signal.removeEventListener('abort', end);
    }
  },
};

function ended(child: ChildProcess, stdin: string, timedOut: () => boolean): Promise<ProgramEnd> {
  const chunks: Buffer[] = [];
  let size = 0;
  child.stderr?.on('data', (chunk: Buffer) => {
    if (size < MAX_STDERR) chunks.push(chunk);
    size += chunk.length;
  });
  // A program may not care for its input.
  child.stdin?.on('error', () => undefined);
  child.stdin?.end(stdin);
  return new Promise((resolve, reject) => {
    child.once('error', (error: NodeJS.ErrnoException) => {
      reject(new TransportError(`cannot be started: ${error.code ?? error.message}`, false));
    });
    child.once('close', (code) => {
      const stderr = Buffer.concat(chunks).subarray(0, MAX_STDERR).toString();
      resolve({ code: code ?? undefined, timedOut: timedOut(), stderr });
    });
  });
}

function killGroup({ pid }: ChildProcess): void {
  if (pid === undefined) return;
  try {
    process.kill(-pid, 'SIGKILL');
  } catch {
    // It has ended by itself in this moment.
  }
}
