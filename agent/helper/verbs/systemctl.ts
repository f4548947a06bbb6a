/** Asks systemd, and tells in its words what it did not like. */
import type { HelperAnswer } from '../../ports/caretaking.ts';
import type { VerbContext } from './verb.ts';

const MOST_TEXT = 500;

export async function systemctl(
  args: readonly string[],
  done: string,
  timeoutMs: number,
  { runner, signal }: VerbContext,
): Promise<HelperAnswer> {
  const result = await runner.run(['systemctl', ...args], { timeoutMs, signal });
  const { code, refused, timedOut } = result;
  if (refused !== undefined) return { ok: false, text: `systemctl did not start: ${refused}` };
  if (timedOut) return { ok: false, text: `systemctl ${args[0]} did not end in time` };
  if (code === 0) return { ok: true, text: done };
  const words = result.tail.trim().replaceAll(/\s+/g, ' ').slice(-MOST_TEXT);
  return { ok: false, text: `systemctl ${args[0]} failed: ${words || `exit code ${code}`}` };
}
