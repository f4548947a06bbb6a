// The steps of `npm run check`, the long ones first: two run at a time.
import { spawn } from 'node:child_process';
import { join } from 'node:path';
import { root } from '../lib/root.mjs';
import { runVitest } from '../lib/vitest.mjs';

const KNIP_CACHE = 'node_modules/.cache/knip';

export interface Outcome {
  readonly ok: boolean;
  readonly output: string;
  /** A few words for the line of a step that passed. */
  readonly note?: string;
  /** Passed, and yet `output` is to be read: a test was unsteady. */
  readonly doubtful?: boolean;
}

export interface Step {
  readonly name: string;
  readonly run: () => Promise<Outcome>;
}

function command(name: string, tool: string, ...args: string[]): Step {
  return { name, run: () => runTool(tool, args) };
}

function runTool(tool: string, args: string[]): Promise<Outcome> {
  const child = spawn(join(root, 'node_modules/.bin', tool), args, {
    cwd: root,
    stdio: ['ignore', 'pipe', 'pipe'],
    env: { ...process.env, NO_COLOR: '1' },
  });
  let output = '';
  const collect = (data: Buffer) => {
    output += data.toString();
  };
  child.stdout.on('data', collect);
  child.stderr.on('data', collect);
  return new Promise((resolve, reject) => {
    child.on('error', reject);
    child.on('close', (code) => resolve({ ok: code === 0, output, note: lastLine(output) }));
  });
}

const lastLine = (text: string): string => text.trim().split('\n').at(-1) ?? '';

async function tests(): Promise<Outcome> {
  const counts = await runVitest(['unit', 'contract'], {
    onOutput: () => undefined,
    // Many times what it takes: a hang is to end, a slow machine is not to fail.
    timeout: 1_200_000,
    rounds: 'some',
  });
  const { passed, failed, skipped, failedNames, unsteadyNames, messages } = counts;
  const unsteady = unsteadyNames.length === 0 ? '' : `; unsteady: ${unsteadyNames.join(', ')}`;
  const note = `${passed} passed, ${failed} failed, ${skipped} skipped${unsteady}`;
  const output = [...failedNames, note, '', ...messages].join('\n');
  const doubtful = unsteadyNames.length > 0;
  return { ok: failed === 0 && passed > 0, output, note, doubtful };
}

export const steps: readonly Step[] = [
  command('types and typed lint', 'tsx', 'scripts/typed-lint.ts'),
  { name: 'unit and contract tests', run: tests },
  command('import rules', 'tsx', 'scripts/import-rules.ts'),
  // What a file imports and exports is kept as long as the file is as it was.
  command('dead code', 'knip', '--no-progress', '--cache', '--cache-location', KNIP_CACHE),
  command('format and lint', 'biome', 'check', '--error-on-warnings', '.'),
];
