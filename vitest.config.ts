// Five kinds of test, told apart by what they need; `seconds` is when a test counts as hanging, many
// times what it takes: a machine may be slow. Unit and contract run in `npm run check`; system and
// fault start programs; load is for `npm run bench` and long runs, never part of `npm test`.
// Three files run at a time: much of what they do is waiting. `alone` names those that do not go
// together with others; they run after the rest, as a project `<kind>-alone`.
import { defineConfig } from 'vitest/config';
import { LongFirst } from './scripts/lib/long-first.ts';

interface Kind {
  readonly name: string;
  readonly seconds: number;
  readonly programs: boolean;
  readonly alone: readonly string[];
}

const kinds: readonly Kind[] = [
  { name: 'unit', seconds: 60, programs: false, alone: [] },
  { name: 'contract', seconds: 120, programs: false, alone: [] },
  {
    name: 'system',
    seconds: 480,
    programs: true,
    // How much a flood, or a fleet, takes from others, beside nobody else; a trace by the clock.
    alone: ['alertmanager-traces', 'broker-floods', 'hostile-clients', 'reconnect-storm'],
  },
  // Its fleet is as large as the machine can take.
  { name: 'fault', seconds: 600, programs: true, alone: ['fleet-disk-full'] },
  { name: 'load', seconds: 600, programs: true, alone: [] },
];

function projects({ alone, ...kind }: Kind) {
  const files = alone.map((name) => `test/${kind.name}/${name}.test.ts`);
  const rest = project(kind.name, kind, {
    include: [`test/${kind.name}/**/*.test.ts`],
    exclude: files,
  });
  if (files.length === 0) return [rest];
  return [rest, project(`${kind.name}-alone`, kind, { include: files, exclude: [] })];
}

const project = (
  name: string,
  { seconds, programs }: Omit<Kind, 'alone'>,
  files: { readonly include: string[]; readonly exclude: string[] },
) => ({
  test: {
    name,
    ...files,
    environment: 'node' as const,
    // Processes rather than threads: umask, signals and native addons are the process' own.
    pool: 'forks' as const,
    // Compiling hot functions anew, and collecting what is young in small steps, was a fifth of what
    // these tests cost. Not where a program could inherit it whose memory is looked at.
    execArgv: programs ? [] : ['--max-semi-space-size=64', '--interrupt-budget=1000000'],
    // What starts no programs gives back what it takes, so it needs no fresh process per file: a
    // third of what the contract tests cost was loading the same modules again.
    isolate: programs,
    // A spy or stub that a test forgets must not reach the next file of the same process.
    restoreMocks: true,
    unstubEnvs: true,
    unstubGlobals: true,
    // So many processes, whatever the machine: on two cores three leave less of them idle than two.
    ...(name.endsWith('-alone') ? { fileParallelism: false } : { maxWorkers: 3 }),
    sequence: { groupOrder: name.endsWith('-alone') ? 2 : programs ? 1 : 0 },
    testTimeout: seconds * 1000,
    hookTimeout: seconds * 1000,
    teardownTimeout: 60_000,
    // The second that `expect.poll` waits by itself is a bet on the machine.
    expect: { poll: { timeout: 60_000 } },
    // Whoever reads a failure may not be able to run it again: all of the two values is shown.
    chaiConfig: { truncateThreshold: 2000 },
    env: { CBOR_NATIVE_ACCELERATION_DISABLED: 'true' },
  },
});

export default defineConfig({
  test: {
    // What was transformed is kept under node_modules, by content and configuration.
    experimental: { fsModuleCache: true },
    sequence: { sequencer: LongFirst },
    projects: kinds.flatMap(projects),
    coverage: { provider: 'v8', include: ['agent/**', 'collector/**', 'protocol/**'] },
  },
});
