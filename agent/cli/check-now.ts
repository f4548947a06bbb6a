/** One run of configured checks without an agent: no hysteresis, each result counts. */
import type { Overall } from '../../protocol/messages/health.ts';
import { type Check, type CheckFinding, type CheckWorld, Sight } from '../checks/check.ts';
import type { CheckConfig } from '../config/checks.ts';
import { checksOf } from '../config/checks.ts';
import { standingsOf } from '../core/checks/dependencies.ts';
import { overallOf } from '../core/checks/overall.ts';
import type { CommandIo } from '../ports/world.ts';

/** What the local door says to `/health`, as far as this command shows it. */
export interface ShownHealth {
  readonly overall: Overall;
  readonly reason: string;
  readonly checks: readonly ShownCheck[];
}

export interface ShownCheck {
  readonly name: string;
  readonly kind: string;
  readonly state: string;
  readonly text: string;
  readonly since?: string;
  /** Nothing is known of it yet. */
  readonly pending?: boolean;
}

type Configs = Readonly<Record<string, CheckConfig>>;

/** Those named, or all that are switched on. */
export async function runChecks(
  configs: Configs,
  names: readonly string[],
  folder: string,
  io: CommandIo,
): Promise<ShownHealth> {
  const tools = await io.checkTools?.();
  if (tools === undefined) throw new Error('this program cannot run checks by itself');
  const world: CheckWorld = { ...tools, host: io.openHost(), folder };
  const chosen = Object.entries(configs).filter(([name, { enabled }]) =>
    names.length === 0 ? enabled : names.includes(name),
  );
  const kinds = new Map((await checksOf(configs)).map((of) => [of.kind, of]));
  const found = new Map(
    await Promise.all(
      chosen.map(async ([name, config]): Promise<[string, CheckFinding]> => {
        const of = kinds.get(config.kind);
        if (of === undefined) throw new Error(`no kind ${config.kind}`);
        return [name, await once(of, config, world)];
      }),
    ),
  );
  return judged(chosen, found);
}

function judged(
  chosen: readonly (readonly [string, CheckConfig])[],
  found: ReadonlyMap<string, CheckFinding>,
): ShownHealth {
  const graph = new Map(chosen.map(([name, { dependsOn }]) => [name, dependsOn]));
  const standings = standingsOf(graph, (name) => found.get(name)?.state);
  const checks = chosen.flatMap(([name, { kind, critical }]) => {
    const standing = standings.get(name);
    const text = found.get(name)?.text ?? '';
    if (standing === undefined) return [];
    const { behind } = standing;
    const why = behind.length > 0 ? `behind ${behind.join(', ')}: ${text}` : text;
    return [{ ...standing, name, kind, critical, text: why }];
  });
  const shown = checks.map(({ name, kind, state, text }) => ({ name, kind, state, text }));
  return { ...overallOf(checks), checks: shown };
}

/** Ends in time, whatever the check does. */
async function once(of: Check, config: CheckConfig, world: CheckWorld): Promise<CheckFinding> {
  const { timeout: timeoutMs, options } = config;
  const sight = new Sight(world, timeoutMs, new Map());
  let timer: NodeJS.Timeout | undefined;
  const late = new Promise<CheckFinding>((resolve) => {
    const text = `no answer within ${timeoutMs / 1000} s`;
    timer = setTimeout(() => {
      sight.end();
      resolve({ state: 'critical', text });
    }, timeoutMs);
  });
  const run = async (): Promise<CheckFinding> => {
    try {
      return await of.run(options, sight);
    } catch (error) {
      if (sight.isOver) return late;
      return { state: 'unknown', text: error instanceof Error ? error.message : String(error) };
    }
  };
  return Promise.race([run(), late]).finally(() => clearTimeout(timer));
}
