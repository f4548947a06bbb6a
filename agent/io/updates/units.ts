/** Services through systemctl: `Units` of `ports/updates.ts`. What only root may goes to the helper. */
import type { Helper, Runner } from '../../ports/caretaking.ts';
import type { Units } from '../../ports/updates.ts';

const TIMEOUT_MS = 120_000;
const ASK_MS = 10_000;

export function createUnits(runner: Runner, helper?: Helper): Units {
  return {
    async restart(unit, signal) {
      if (helper !== undefined) {
        const answer = await helper.ask({ verb: 'restart-unit', unit }, { signal });
        if (!answer.ok) throw new Error(answer.text);
        return;
      }
      const options = { timeoutMs: TIMEOUT_MS, signal };
      const { code, refused, tail } = await runner.run(
        ['systemctl', 'restart', '--', unit],
        options,
      );
      if (code === 0) return;
      const words = tail.trim().replaceAll(/\s+/g, ' ').slice(-300);
      throw new Error(`systemctl restart ${unit} failed: ${refused ?? words}`);
    },
    async state(unit) {
      const asked = ['systemctl', 'show', '--property=ActiveState,MainPID', '--', unit] as const;
      const { stdout } = await runner.run([...asked], { timeoutMs: ASK_MS });
      const value = (key: string) => new RegExp(`^${key}=(.*)$`, 'm').exec(stdout)?.[1];
      const pid = Number(value('MainPID') ?? 0);
      return {
        isActive: value('ActiveState') === 'active',
        pid: Number.isSafeInteger(pid) ? pid : 0,
      };
    },
  };
}
