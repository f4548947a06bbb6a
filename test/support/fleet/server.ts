/** The fleet's wishes over HTTP and by command, without a socket. */
import { Command } from 'commander';
import { type FastifyInstance, fastify } from 'fastify';
import { commands } from '../../../collector/cli/commands/commands.ts';
import { config } from '../../../collector/cli/commands/config.ts';
import { flags } from '../../../collector/cli/commands/flags.ts';
import { tasks } from '../../../collector/cli/commands/tasks.ts';
import { createMetrics } from '../../../collector/core/metrics.ts';
import { DEFAULT_LIMITS } from '../../../collector/io/http/deps.ts';
import { EventStreams, type StreamLimits } from '../../../collector/io/http/event-streams.ts';
import { fleet } from '../../../collector/io/http/fleet/routes.ts';
import { refusals } from '../../../collector/io/http/refusals.ts';
import { silentLog } from '../silent-log.ts';
import type { FleetRig } from './rig.ts';

export function serveFleet(rig: FleetRig, limits: Partial<StreamLimits> = {}): FastifyInstance {
  const app = fastify({
    ajv: { customOptions: { removeAdditional: false, coerceTypes: 'array' } },
    forceCloseConnections: true,
  });
  app.setSerializerCompiler(() => (data) => JSON.stringify(data));
  refusals(app, silentLog);
  const streams = new EventStreams(rig.clock, createMetrics(), { ...DEFAULT_LIMITS, ...limits });
  streams.endWith(app);
  void app.register(fleet(rig.fleet.desk, streams));
  return app;
}

/** Runs `muster` against the server; `turn` is called while it waits. */
export async function muster(
  app: FastifyInstance,
  args: readonly string[],
  turn: () => Promise<void> = () => Promise.resolve(),
  told: (text: string) => void = () => {},
  away: () => boolean = () => false,
): Promise<string> {
  let out = '';
  const program = new Command('muster').option('--url <address>').option('--json').exitOverride();
  const io = {
    out: (text: string) => {
      out += text;
      told(text);
    },
    err: () => {},
    fetch: async (url: string | URL | Request, init?: RequestInit) => {
      if (away()) throw new TypeError('fetch failed');
      const { pathname, search } = new URL(url as string);
      if (pathname.endsWith('/events')) {
        // What goes on cannot be injected; without a socket it is as if there were no stream.
        const [address] = app.addresses();
        if (typeof address !== 'object') return new Response('{}', { status: 503 });
        return fetch(`http://127.0.0.1:${address.port}${pathname}${search}`, init);
      }
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
