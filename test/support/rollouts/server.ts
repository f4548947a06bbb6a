/** Rollouts over HTTP and by command, without a socket, with simulated devices. */
import { Command } from 'commander';
import { type FastifyInstance, fastify } from 'fastify';
import { rollouts as commands } from '../../../collector/cli/commands/rollouts/index.ts';
import { refusals } from '../../../collector/io/http/refusals.ts';
import { rollouts } from '../../../collector/io/http/rollouts.ts';
import { Desk } from '../../../collector/work/rollouts/desk.ts';
import type { RolloutEngine } from '../../../collector/work/rollouts/engine.ts';
import { silentLog } from '../silent-log.ts';
import type { SimulatedFleet } from './fleet.ts';

export function serveRollouts(fleet: SimulatedFleet, engine: RolloutEngine): FastifyInstance {
  const app = fastify({
    ajv: { customOptions: { removeAdditional: false, coerceTypes: 'array' } },
    forceCloseConnections: true,
  });
  app.setSerializerCompiler(() => (data) => JSON.stringify(data));
  refusals(app, silentLog);
  void app.register(rollouts(new Desk({ clock: fleet.clock, engine })));
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
  commands(program, {
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
      return new Response(answer.body, { status: answer.statusCode });
    },
    env: { USER: 'ada' },
    terminal: false,
    signal: new AbortController().signal,
    now: () => Date.UTC(2026, 10, 21),
    sleep: turn,
  });
  await program.parseAsync([...args], { from: 'user' });
  return out;
}
