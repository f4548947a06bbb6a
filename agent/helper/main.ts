/**
 * muster-helper: does for the agent what only root may, from a fixed list of verbs. It is a program
 * of its own, started by systemd when somebody connects to its socket, and gone when nobody does.
 */
import { readFile } from 'node:fs/promises';
import { parseArgs } from 'node:util';
import { VERSION } from '../../protocol/version.ts';
import { createClock } from '../io/clock.ts';
import { openHost } from '../io/host.ts';
import { createLog } from '../io/log.ts';
import { createUpkeep } from '../io/maintenance/upkeep.ts';
import { createRunner } from '../io/runner.ts';
import type { HelperAnswer } from '../ports/caretaking.ts';
import { type Asked, converse } from './conversation.ts';
import { type Declarations, readDeclarations } from './declarations.ts';
import { type Listening, serve } from './server.ts';
import { perform } from './verbs/index.ts';
import { UnderWay } from './verbs/under-way.ts';

const USAGE = `muster-helper: does for muster-agent what only root may

  muster-helper --config FILE [--socket PATH] [--idle SECONDS]

Without --socket it serves the socket that systemd hands over. With --idle it ends when nobody was
there for so long. FILE says what may be done; it must belong to root and nobody else may write it.
`;
/** systemd hands over sockets from this descriptor on (sd_listen_fds(3)). */
const FIRST_FD = 3;

/** systemd's StateDirectory= hands it over. */
const USUAL_STATE = '/var/lib/muster-helper';

const log = createLog({ level: () => 'info', format: 'logfmt' });
const runner = createRunner();
const clock = createClock();
const stopping = new AbortController();
const underWay = new UnderWay();
const state = process.env['STATE_DIRECTORY']?.split(':')[0] || USUAL_STATE;

async function openUpkeep({ collectorUrl, caFile }: Declarations['place']) {
  if (collectorUrl === undefined) return createUpkeep();
  const tls = caFile === undefined ? {} : { tls: { ca: await readFile(caFile) } };
  return createUpkeep({ collectorUrl, ...tls });
}

async function act(config: string, { request, signal, print }: Asked): Promise<HelperAnswer> {
  const { verb } = request;
  const what = Object.values(request).slice(1, 2).join('');
  log.info('asked', { verb, what });
  const answer = await answered(config, { request, signal, print });
  const tell = answer.ok ? log.info : log.warn;
  tell('answered', { verb, what, ok: answer.ok, text: answer.text });
  return answer;
}

async function answered(config: string, { request, signal, print }: Asked): Promise<HelperAnswer> {
  // Read at each request: what was taken out of the file is refused from then on.
  const declared = await readDeclarations(config);
  if (!declared.ok) return { ok: false, text: `refused: ${declared.why}` };
  const host = openHost();
  try {
    return await perform(request, {
      ...{ declared: declared.value, state, underWay, runner, host, clock },
      ...{ openUpkeep, print },
      signal: AbortSignal.any([signal, stopping.signal]),
    });
  } catch (error) {
    return { ok: false, text: (error as Error).message };
  } finally {
    host.close();
  }
}

interface Told {
  readonly config: string;
  readonly at: Listening;
  readonly idleMs: number | undefined;
}

function told(args: readonly string[]): Told | string {
  const text = { type: 'string' } as const;
  const options = { config: text, socket: text, idle: text };
  try {
    const { config, socket, idle } = parseArgs({ args: [...args], options }).values;
    if (config === undefined) return '--config is needed';
    const idleMs = idle === undefined ? undefined : Number(idle) * 1000;
    if (idleMs !== undefined && !(idleMs > 0)) return '--idle must be a number of seconds';
    const at = socket === undefined ? handedOver() : { path: socket };
    return at === undefined
      ? 'systemd handed over no socket, so --socket is needed'
      : { config, at, idleMs };
  } catch (error) {
    return (error as Error).message;
  }
}

function handedOver(): Listening | undefined {
  const { LISTEN_PID, LISTEN_FDS } = process.env;
  return LISTEN_PID === String(process.pid) && LISTEN_FDS === '1' ? { fd: FIRST_FD } : undefined;
}

async function main(args: readonly string[]): Promise<number> {
  if (args[0] === '--version' || args[0] === '--help') {
    process.stdout.write(args[0] === '--version' ? `${VERSION}\n` : USAGE);
    return 0;
  }
  const how = told(args);
  if (typeof how === 'string') {
    process.stderr.write(`muster-helper: ${how}\n\n${USAGE}`);
    return 2;
  }
  const server = await serve(how.at, how.idleMs, (socket) =>
    converse(socket, (asked) => act(how.config, asked)),
  );
  const stop = () => {
    stopping.abort();
    server.stop();
  };
  process.on('SIGTERM', stop).on('SIGINT', stop);
  log.info('serving', 'path' in how.at ? { socket: how.at.path } : {});
  await server.done;
  return 0;
}

main(process.argv.slice(2)).then(
  (code) => process.exit(code),
  (error: unknown) => {
    log.error('cannot serve', { why: (error as Error).message });
    process.exit(1);
  },
);
