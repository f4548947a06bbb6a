/** `muster-agent config check|show|schema` */
import { formatProblem } from '../../protocol/config/problem.ts';
import { publish } from '../../protocol/config/publish.ts';
import { plain, show } from '../../protocol/config/show.ts';
import { agentSchema } from '../config/whole-schema.ts';
import type { LoadedAgentConfig } from '../config.ts';
import { findAgentConfig, loadAgentConfig } from '../config.ts';
import type { CommandIo } from '../ports/world.ts';
import { samplers } from '../samplers/index.ts';
import { EXIT, parsed, UsageError } from './command.ts';

const OPTIONS = { json: { type: 'boolean' }, config: { type: 'string' } } as const;

export async function config(args: readonly string[], io: CommandIo): Promise<number> {
  const { values, positionals } = parsed(args, OPTIONS, true);
  const [verb, file, ...rest] = positionals;
  if (rest.length > 0) throw new UsageError(`unexpected ${rest.join(' ')}`);
  if (verb === 'schema') {
    io.out(`${JSON.stringify(publish(agentSchema, 'agent'), undefined, 2)}\n`);
    return EXIT.ok;
  }
  if (verb !== 'check' && verb !== 'show') throw new UsageError('check, show or schema?');
  const path = await findAgentConfig(file ?? values.config, io.env);
  const loaded = await loadAgentConfig(path, io.env, samplers);
  const asJson = values.json === true;
  if (!loaded.ok) {
    if (asJson)
      io.out(`${JSON.stringify({ ok: false, problems: loaded.problems }, undefined, 2)}\n`);
    else for (const problem of loaded.problems) io.err(`${formatProblem(problem, path)}\n`);
    return EXIT.failed;
  }
  for (const warning of loaded.warnings) io.err(`warning: ${warning}\n`);
  if (verb === 'check') {
    const place = path ?? 'environment and defaults';
    io.out(
      asJson ? `${JSON.stringify({ ok: true, warnings: loaded.warnings })}\n` : `${place}: ok\n`,
    );
    return EXIT.ok;
  }
  const settings = inEffect(loaded);
  io.out(
    asJson
      ? `${JSON.stringify(plain(agentSchema, settings), undefined, 2)}\n`
      : show(agentSchema, settings),
  );
  return EXIT.ok;
}

/** What the agent would run with, in the form of its file: reading it back changes nothing. */
function inEffect({ settings, config: actual }: LoadedAgentConfig & { readonly ok: true }): object {
  const each: Record<string, object> = {};
  for (const [name, { options, ...own }] of Object.entries(actual.samplers)) {
    each[name] = { ...settings.samplers[name], ...own, ...options };
  }
  const { device, data, socket } = actual;
  return { ...settings, device, data, socket, samplers: each };
}
