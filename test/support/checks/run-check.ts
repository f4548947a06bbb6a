/** Runs one check as the engine does: options through its schema, against the real world. */
import {
  type Check,
  type CheckContext,
  type CheckFinding,
  type CheckWorld,
  Sight,
} from '../../../agent/checks/check.ts';
import { createClock } from '../../../agent/io/clock.ts';
import { openHost } from '../../../agent/io/host.ts';
import { createProber } from '../../../agent/io/probing/prober.ts';
import { createRunner } from '../../../agent/io/runner.ts';
import { check as checkTree } from '../../../protocol/config/check.ts';

export interface RunSettings extends Partial<CheckWorld> {
  /** Its time is over after so long. */
  readonly timeoutMs?: number;
  /** It is over before it begins, or it is never told so: what it runs has to end by itself. */
  readonly over?: 'before' | 'never';
  readonly memory?: CheckContext['memory'];
}

/** What the configuration would be refused for: `key: message`, of the schema or the check. */
export function refusals(of: Check, tree: unknown): string[] {
  const { value, problems } = checkTree(of.schema, tree);
  if (value === undefined)
    return problems.map(({ keys, message }) => `${keys.join('.')}: ${message}`);
  return (of.problems?.(value) ?? []).map(({ key, message }) => `${key}: ${message}`);
}

export async function runCheck(
  of: Check,
  tree: unknown,
  settings: RunSettings = {},
): Promise<CheckFinding> {
  const refused = refusals(of, tree);
  if (refused.length > 0) throw new Error(`refused: ${refused.join('; ')}`);
  const options = checkTree(of.schema, tree).value;
  const { timeoutMs = 60_000 } = settings;
  const world = {
    host: openHost(),
    clock: createClock(),
    runner: createRunner(),
    prober: createProber(),
    folder: '/',
  };
  const context = new Sight(
    { ...world, ...settings },
    timeoutMs,
    settings.memory ?? new Map<string, unknown>(),
  );
  const stop = () => context.end();
  if (settings.over === 'before') stop();
  const timer = settings.over === 'never' ? undefined : setTimeout(stop, timeoutMs);
  try {
    return await of.run(options, context);
  } finally {
    clearTimeout(timer);
  }
}
