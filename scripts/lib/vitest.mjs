// Runs vitest for some kinds of test and counts from its own JSON report. Plain JavaScript: both
// `npm test`, which has to work before anything is installed, and `npm run check` use it.
import { spawn } from 'node:child_process';
import { existsSync, mkdtempSync, readdirSync, readFileSync, rmSync } from 'node:fs';
import { tmpdir } from 'node:os';
import { join } from 'node:path';
import { memoryFolder } from './memory-folder.mjs';
import { addCounts, countBoth, countReport, failedFiles, noCounts, oneFailure } from './report.mjs';
import { root } from './root.mjs';

/**
 * @typedef {import('./report.mjs').Counts} Counts
 * @typedef {import('./report.mjs').File} File
 * @typedef {{ onOutput: (text: string) => void, timeout: number, rounds?: 'all' | 'some' }} Options
 *   timeout: milliseconds for both tries; rounds: of costly property tests (test/support/rounds.ts),
 *   some of them with their files in memory (test/support/temp-folder.ts)
 */

/** Past so many, it is the machine or the commit that is broken, not one test's patience. */
const AGAIN_AT_MOST = 12;

/** @param {string} kind @returns {string[]} */
export function testFiles(kind) {
  const folder = join(root, 'test', kind);
  if (!existsSync(folder)) return [];
  return readdirSync(folder, { recursive: true, encoding: 'utf8' })
    .filter((path) => path.endsWith('.test.ts'))
    .map((path) => join(folder, path));
}

/** @param {string} path @returns {File[]} */
function readReport(path) {
  if (!existsSync(path)) return [];
  /** @type {unknown} */
  const report = JSON.parse(readFileSync(path, 'utf8'));
  return /** @type {{ testResults: File[] }} */ (report).testResults;
}

/**
 * Files that fail run once more, one at a time and nothing beside them: a defect fails again, a
 * test that had to wait for the machine is told by name as unsteady.
 * @param {string[]} kinds @param {Options} options @returns {Promise<Counts>}
 */
export async function runVitest(kinds, options) {
  const expected = kinds.flatMap(testFiles);
  if (expected.length === 0) return noCounts();
  const began = performance.now();
  const first = await attempt(kinds, [], options);
  const again = failedFiles(first.files, expected);
  const left = Math.floor(options.timeout - (performance.now() - began));
  if (again.length === 0 || again.length > AGAIN_AT_MOST || left < 1000) {
    return withEnd(kinds, countReport(first.files, expected), first.end);
  }
  options.onOutput(`\nOnce more, alone: ${again.length} files\n`);
  const second = await attempt(kinds, ['--no-file-parallelism', ...again], {
    ...options,
    timeout: left,
  });
  return withEnd(kinds, countBoth(first.files, second.files, expected), second.end);
}

/**
 * An end that no test explains (an unhandled rejection, a worker that died) is a failure too.
 * @param {string[]} kinds @param {Counts} counts @param {number | string} end @returns {Counts}
 */
function withEnd(kinds, counts, end) {
  if (end === 0 || counts.failed > 0) return counts;
  return addCounts(
    counts,
    oneFailure(`vitest ${kinds.join(' ')} ended with ${end} beside its tests`),
  );
}

/**
 * @param {string[]} kinds @param {string[]} more @param {Options} options
 * @returns {Promise<{ files: File[], end: number | string }>}
 */
async function attempt(kinds, more, { onOutput, timeout, rounds = 'all' }) {
  const folder = mkdtempSync(join(tmpdir(), 'muster-vitest-'));
  const report = join(folder, 'report.json');
  const args = ['run', '--reporter=default', '--reporter=json', `--outputFile.json=${report}`];
  // `system` and `system-alone`: see vitest.config.ts.
  const projects = kinds.flatMap((kind) => ['--project', kind, '--project', `${kind}-alone`]);
  const memory = rounds === 'some' ? memoryFolder() : undefined;
  const env = { ...process.env, NO_COLOR: '1', MUSTER_TEST_ROUNDS: rounds };
  if (memory !== undefined) Object.assign(env, { MUSTER_TEST_FOLDER: memory });
  const end = await run([...args, ...projects, ...more], { onOutput, timeout, env });
  const files = readReport(report);
  if (memory !== undefined) rmSync(memory, { recursive: true, force: true });
  rmSync(folder, { recursive: true, force: true });
  return { files, end };
}

/**
 * @param {string[]} args
 * @param {{ onOutput: (text: string) => void, timeout: number, env: NodeJS.ProcessEnv }} options
 * @returns {Promise<number | string>}
 */
function run(args, { onOutput, timeout, env }) {
  const child = spawn(process.execPath, [join(root, 'node_modules/vitest/vitest.mjs'), ...args], {
    cwd: root,
    stdio: ['ignore', 'pipe', 'pipe'],
    env,
    timeout,
    killSignal: 'SIGKILL',
  });
  child.stdout.on('data', (data) => onOutput(String(data)));
  child.stderr.on('data', (data) => onOutput(String(data)));
  return new Promise((resolve, reject) => {
    child.on('error', reject);
    child.on('close', (code, signal) => resolve(code ?? `${signal} after ${timeout / 1000} s`));
  });
}
