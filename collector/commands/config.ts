/** `muster-collector config check|show|schema` */
import { formatProblem } from '../../protocol/config/problem.ts';
import { publish } from '../../protocol/config/publish.ts';
import { plain, show } from '../../protocol/config/show.ts';
import type { LoadedCollectorConfig } from '../config.ts';
import { collectorSchema, findCollectorConfig, loadCollectorConfig } from '../config.ts';
import type { CommandIo } from '../ports/commands.ts';
import { EXIT, parsed, UsageError } from './command.ts';

const OPTIONS = { json: { type: 'boolean' }, config: { type: 'string' } } as const;

export async function config(args: readonly string[], io: CommandIo): Promise<number> {
  const { values, positionals } = parsed(args, OPTIONS, true);
  const [verb, file, ...rest] = positionals;
  if (rest.length > 0) throw new UsageError(`unexpected ${rest.join(' ')}`);
  if (verb === 'schema') {
    io.out(`${JSON.stringify(publish(collectorSchema, 'collector'), undefined, 2)}\n`);
    return EXIT.ok;
  }
  if (verb !== 'check' && verb !== 'show') throw new UsageError('check, show or schema?');
  const path = await findCollectorConfig(file ?? values.config, io.env);
  const loaded = await loadCollectorConfig(path, io.env);
  const asJson = values.json === true;
  if (!loaded.ok) {
    if (asJson)
      io.out(`${JSON.stringify({ ok: false, problems: loaded.problems }, undefined, 2)}\n`);
    else for (const problem of loaded.problems) io.err(`${formatProblem(problem, path)}\n`);
    return EXIT.failed;
  }
  for (const warning of loaded.warnings) io.err(`warning: ${warning}\n`);
  if (verb === 'check') return checkFiles(loaded, path, asJson, io);
  const settings = inEffect(loaded);
  io.out(
    asJson
      ? `${JSON.stringify(plain(collectorSchema, settings), undefined, 2)}\n`
      : show(collectorSchema, settings),
  );
  return EXIT.ok;
}

type Good = LoadedCollectorConfig & { readonly ok: true };

/** The file itself is right; what it names may not be. */
async function checkFiles(
  { warnings }: Good,
  path: string | undefined,
  asJson: boolean,
  io: CommandIo,
): Promise<number> {
  const lines = await io.problemsOfFiles(path);
  const ok = lines.length === 0;
  const place = path ?? 'environment and defaults';
  if (asJson) io.out(`${JSON.stringify(ok ? { ok, warnings } : { ok, problems: lines })}\n`);
  else if (ok) io.out(`${place}: ok\n`);
  else for (const line of lines) io.err(`${line}\n`);
  return ok ? EXIT.ok : EXIT.failed;
}

/** What the collector would run with, in the form of its file: of the two brokers only the one used. */
function inEffect({ settings, config: actual }: Good) {
  const { mqtt, broker, ...rest } = settings;
  const bus = broker === undefined ? { mqtt } : { broker };
  return { ...rest, data: actual.data, ...bus };
}
