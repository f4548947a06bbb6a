/** `muster-agent status [PART]`: what the running agent says of itself through its local door. */
import type { CommandIo } from '../ports/world.ts';
import { configuration, EXIT, parsed, UsageError } from './command.ts';

const OPTIONS = {
  json: { type: 'boolean' },
  config: { type: 'string' },
  socket: { type: 'string' },
} as const;

/** What can be asked for beside the whole. */
const PARTS = ['health', 'tasks', 'remedies', 'pressure', 'desired', 'commands', 'flags'];

/** Where a packaged agent has its door, whoever asks. */
const USUAL_SOCKET = '/run/muster/agent.sock';

export async function status(args: readonly string[], io: CommandIo): Promise<number> {
  const { values, positionals } = parsed(args, OPTIONS, true);
  const [part, ...rest] = positionals;
  if (rest.length > 0 || (part !== undefined && !PARTS.includes(part))) {
    throw new UsageError(`which part? ${PARTS.join(', ')}`);
  }
  return asked(`/${part ?? 'status'}`, values, io, readable);
}

interface Asking {
  readonly json?: boolean;
  readonly config?: string;
  readonly socket?: string;
}

/** Asks the agent behind the first door that answers, and prints what it says. */
export async function asked(
  question: string,
  { json, config, socket: named }: Asking,
  io: CommandIo,
  show: (value: object) => string,
): Promise<number> {
  const sockets = await candidates(named, config, io);
  if (sockets === undefined) return EXIT.failed;
  const refusals: string[] = [];
  for (const socket of sockets) {
    const answer = await io.world.agentStatus(socket, question);
    if (answer.ok) {
      const { value } = answer;
      io.out(json === true ? `${JSON.stringify(value, undefined, 2)}\n` : show(value));
      return EXIT.ok;
    }
    refusals.push(`${socket}: ${answer.why}`);
  }
  io.err(`No agent answers.\n${refusals.map((line) => `  ${line}\n`).join('')}`);
  io.err('Is it running (systemctl status muster-agent), and may this user open its socket?\n');
  return EXIT.failed;
}

/** Where the agent may have its door; `undefined` after saying what is wrong with the file. */
export async function candidates(
  socket: string | undefined,
  file: string | undefined,
  io: CommandIo,
): Promise<readonly string[] | undefined> {
  if (socket !== undefined) return [socket];
  const loaded = await configuration(file, io);
  if (loaded === undefined) return undefined;
  return [...new Set([loaded.config.socket.path, USUAL_SOCKET])];
}

/** Whatever the agent tells, in lines: this command need not change when it tells more. */
export function readable(value: unknown, indent = ''): string {
  return Object.entries(value as Record<string, unknown>)
    .map(([key, child]) => {
      const name = key.replaceAll(/([a-z])([A-Z])/g, '$1 $2').toLowerCase();
      if (typeof child !== 'object' || child === null)
        return `${indent}${name}: ${plainOf(key, child)}\n`;
      const inner = readable(child, `${indent}  `);
      return inner === '' ? `${indent}${name}: none\n` : `${indent}${name}:\n${inner}`;
    })
    .join('');
}

/** Keys of instants, as the agent writes them: UTC milliseconds. */
const INSTANT = /(^|[a-z])(at|At|next|notBefore|due|until|since|lastTo)$/;
/** Below it, a number under such a key is something else (2001; a duration, a count). */
const FIRST_MS = 1e12;
const LAST_MS = 8.64e15;

function plainOf(key: string, value: unknown): string {
  const isInstant =
    typeof value === 'number' && value >= FIRST_MS && value <= LAST_MS && INSTANT.test(key);
  return isInstant ? new Date(value).toISOString() : String(value);
}
