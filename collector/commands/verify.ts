/** `muster-collector verify`: is everything that was promised to be kept still readable? */
import { formatProblem } from '../../protocol/config/problem.ts';
import { findCollectorConfig, loadCollectorConfig } from '../config.ts';
import type { CommandIo } from '../ports/commands.ts';
import { EXIT, parsed } from './command.ts';

const OPTIONS = {
  config: { type: 'string' },
  data: { type: 'string' },
  json: { type: 'boolean' },
} as const;

export async function verify(args: readonly string[], io: CommandIo): Promise<number> {
  const { values } = parsed(args, OPTIONS);
  const data = values.data ?? (await configured(values.config, io));
  if (data === undefined) return EXIT.failed;
  let damaged = 0;
  let parts = 0;
  try {
    for await (const report of io.verify(data)) {
      parts += 1;
      if (report.verdict === 'damaged') damaged += 1;
      const { part, verdict, detail } = report;
      io.out(
        values.json === true
          ? `${JSON.stringify(report)}\n`
          : `${verdict.padEnd(8)} ${part}: ${detail}\n`,
      );
    }
  } catch (error) {
    io.err(`muster-collector verify: ${(error as Error).message}\n`);
    return EXIT.failed;
  }
  if (parts === 0) io.err(`${data} holds nothing yet\n`);
  return damaged === 0 ? EXIT.ok : EXIT.failed;
}

async function configured(named: string | undefined, io: CommandIo): Promise<string | undefined> {
  const path = await findCollectorConfig(named, io.env);
  const loaded = await loadCollectorConfig(path, io.env);
  if (loaded.ok) return loaded.config.data;
  for (const problem of loaded.problems) io.err(`${formatProblem(problem, path)}\n`);
  return undefined;
}
