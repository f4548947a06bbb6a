/** The fleet's wishes over HTTP and by command, without a socket. */
import { Command } from 'commander';
import { type FastifyInstance, fastify } from 'fastify';
import { commands } from '../../../collector/cli/commands/commands.ts';
import { config } from '../../../collector/cli/commands/config.ts';
import { flags } from '../../../collector/cli/commands/flags.ts';
import { tasks } from '../../../collector/cli/commands/tasks.ts';
import { fleet } from '../../../collector/io/http/fleet/routes.ts';
import { refusals } from '../../../collector/io/http/refusals.ts';
import { silentLog } from '../silent-log.ts';
import type { FleetRig } from './rig.ts';

export function serveFleet(rig: FleetRig): FastifyInstance {
  const app = fastify({
    ajv: { customOptions: { removeAdditional: false, coerceTypes: 'array' } },
    forceCloseConnections: true,
  });
  app.setSerializerCompiler(() => (data) => JSON.stringify(data));
  refusals(app, silentLog);
  void app.register(fleet(rig.fleet.desk));
  return app;
}

/** Runs `muster` against the server; `turn` is called while it waits. */
export async function muster(
  app: FastifyInstance,
  args: readonly string[],
  turn: () => Promise<void> = () => Promise.resolve(),
): Promise<string> {
  let out = '';
  const program = new Command('muster').option('--url <address>').option('--json').exitOverride();
  const io = {
    out: (text: string) => {
      out += text;
    },
    err: () => {},
    fetch: async (url: string | URL | Request, init?: RequestInit) => {
      const { pathname, search } = new URL(url as string);
      const answer = await app.inject({
        method: (init?.method ?? 'GET') as 'GET',
        url: pathname + search,
        headers: (init?.headers ?? {}) as Record<string, string>,
        ...(typeof init?.body === 'string' && { payload: init.body }),
      });
      const body = answer.statusCode === 204 ? null : answer.body;
      return new Response(body, { status: answer.statusCode });
    },
    env: { USER: 'ada' },
    terminal: false,
    signal: new AbortController().signal,
    now: () => Date.UTC(2026, 10, 21),
    sleep: turn,
  };
  for (const add of [config, flags, commands, tasks]) add(program, io);
  await program.parseAsync([...args], { from: 'user' });
  return out;
}
