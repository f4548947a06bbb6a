/** What the commands run with in the real program. */
import { openHost } from '../io/host.ts';
import { openWorld } from '../io/world.ts';
import type { CommandIo } from '../ports/world.ts';

export function commandIo(): CommandIo {
  return {
    env: process.env,
    out: (text) => process.stdout.write(text),
    err: (text) => process.stderr.write(text),
    world: openWorld(),
    openHost: (root) => openHost(root === undefined ? {} : { root }),
    checkTools: async () => {
      const [{ createClock }, { createRunner }, { createProber }] = await Promise.all([
        import('../io/clock.ts'),
        import('../io/runner.ts'),
        import('../io/probing/prober.ts'),
      ]);
      return { clock: createClock(), runner: createRunner(), prober: createProber() };
    },
    locks: async (data) => (await import('../io/updates/lock-desk.ts')).createLockDesk(data),
  };
}
