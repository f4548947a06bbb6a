/** `muster-agent doctor`: runs every diagnosis, also after one has failed. */
import { formatProblem } from '../../protocol/config/problem.ts';
import type { AgentConfig } from '../config.ts';
import { findAgentConfig, loadAgentConfig } from '../config.ts';
import type { CommandIo, World } from '../ports/world.ts';
import { EXIT, parsed } from './command.ts';
import type { Diagnosis, Finding } from './doctor/diagnosis.ts';
import { fail, ok, warn } from './doctor/diagnosis.ts';
import { diagnoses } from './doctor/index.ts';

const OPTIONS = { json: { type: 'boolean' }, config: { type: 'string' } } as const;

interface Result extends Finding {
  readonly diagnosis: string;
}

export async function doctor(args: readonly string[], io: CommandIo): Promise<number> {
  const { values } = parsed(args, OPTIONS);
  const path = await findAgentConfig(values.config, io.env);
  const loaded = await loadAgentConfig(path, io.env);
  const about = (finding: Finding): Result => ({ diagnosis: 'configuration', ...finding });
  const results: Result[] = [];
  if (loaded.ok) {
    results.push(about(ok(path ?? 'no file: environment and defaults')));
    for (const warning of loaded.warnings) {
      results.push(about(warn(warning, 'correct it, or remove it')));
    }
    for (const diagnosis of diagnoses) {
      results.push(...(await diagnosed(diagnosis, io.world, loaded.config)));
    }
  } else {
    for (const problem of loaded.problems) {
      const remedy = problem.hint ?? 'correct the file; muster-agent config check shows the rest';
      const { hint: _, ...bare } = problem;
      results.push(about(fail(formatProblem(bare, path), remedy)));
    }
  }
  io.out(values.json === true ? `${JSON.stringify(results, undefined, 2)}\n` : readable(results));
  return results.some(({ verdict }) => verdict === 'fail') ? EXIT.failed : EXIT.ok;
}

async function diagnosed(
  diagnosis: Diagnosis,
  world: World,
  config: AgentConfig,
): Promise<Result[]> {
  try {
    const findings = await diagnosis.run(world, config);
    return findings.map((finding) => ({ diagnosis: diagnosis.name, ...finding }));
  } catch (error) {
    const finding = fail(`could not look: ${(error as Error).message}`, 'please report this');
    return [{ diagnosis: diagnosis.name, ...finding }];
  }
}

function readable(results: readonly Result[]): string {
  return results
    .map(({ diagnosis, verdict, detail, remedy }) => {
      const line = `${verdict.padEnd(4)}  ${diagnosis}: ${detail}\n`;
      return remedy === undefined ? line : `${line}      -> ${remedy}\n`;
    })
    .join('');
}
