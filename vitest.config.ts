// Five kinds of test, told apart by what they need; `seconds` is when a test counts as hanging, many
// times what it takes: a machine may be slow.
// unit and contract run in `npm run check`; system and fault start programs, one file at a time;
// load is for `npm run bench` and long runs, never part of `npm test`.
import { defineConfig } from 'vitest/config';

interface Kind {
  readonly name: string;
  readonly seconds: number;
  readonly programs: boolean;
}

const kinds: readonly Kind[] = [
  { name: 'unit', seconds: 60, programs: false },
  { name: 'contract', seconds: 120, programs: false },
  { name: 'system', seconds: 240, programs: true },
  { name: 'fault', seconds: 300, programs: true },
  { name: 'load', seconds: 600, programs: true },
];

const project = ({ name, seconds, programs }: Kind) => ({
  test: {
    name,
    include: [`test/${name}/**/*.test.ts`],
    environment: 'node' as const,
    // Processes rather than threads: umask, signals and native addons are the process' own.
    pool: 'forks' as const,
    // What starts no programs gives back what it takes, so it needs no fresh process per file: a
    // third of what the contract tests cost was loading the same modules again.
    isolate: programs,
    // A spy or stub that a test forgets must not reach the next file of the same process.
    restoreMocks: true,
    unstubEnvs: true,
    unstubGlobals: true,
    fileParallelism: !programs,
    // Much of a contract test is waiting for disks and sockets: two processes, whatever the machine.
    ...(programs ? {} : { maxWorkers: 2 }),
    sequence: { groupOrder: programs ? 1 : 0 },
    testTimeout: seconds * 1000,
    hookTimeout: seconds * 1000,
    teardownTimeout: 60_000,
    // The second that `expect.poll` waits by itself is a bet on the machine.
    expect: { poll: { timeout: 20_000 } },
    env: { CBOR_NATIVE_ACCELERATION_DISABLED: 'true' },
  },
});

export default defineConfig({
  test: {
    // What was transformed is kept under node_modules, by content and configuration.
    experimental: { fsModuleCache: true },
    projects: kinds.map(project),
    coverage: { provider: 'v8', include: ['agent/**', 'collector/**', 'protocol/**'] },
  },
});
