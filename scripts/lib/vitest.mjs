// Runs vitest for some kinds of test and counts from its own JSON report. Plain JavaScript: both
// `npm test`, which has to work before anything is installed, and `npm run check` use it.
import { spawn } from 'node:child_process';
import { existsSync, mkdtempSync, readdirSync, readFileSync, rmSync } from 'node:fs';
import { tmpdir } from 'node:os';
import { join } from 'node:path';
import { root } from './root.mjs';

/**
 * @typedef {{ passed: number, failed: number, skipped: number,
 *   failedNames: string[], skippedNames: string[] }} Counts
 * @typedef {{ title: string, fullName: string, status: string }} Assertion
 * @typedef {{ name: string, status: string, message: string, assertionResults: Assertion[] }} File
 */

/** @returns {Counts} */
export const noCounts = () => ({
  passed: 0,
  failed: 0,
  skipped: 0,
  failedNames: [],
  skippedNames: [],
});

/** @param {Counts} a @param {Counts} b @returns {Counts} */
export const addCounts = (a, b) => ({
  passed: a.passed + b.passed,
  failed: a.failed + b.failed,
  skipped: a.skipped + b.skipped,
  failedNames: [...a.failedNames, ...b.failedNames],
  skippedNames: [...a.skippedNames, ...b.skippedNames],
});

/** @param {string} kind @returns {string[]} */
export function testFiles(kind) {
  const folder = join(root, 'test', kind);
  if (!existsSync(folder)) return [];
  return readdirSync(folder, { recursive: true, encoding: 'utf8' })
    .filter((path) => path.endsWith('.test.ts'))
    .map((path) => join(folder, path));
}

const RUN = new Set(['passed', 'failed']);

/**
 * A file that could not be loaded holds no test in the report: it counts as one failure. So does a
 * file on disk that the report does not know.
 * @param {File[]} files @param {string[]} expected @returns {Counts}
 */
export function countReport(files, expected) {
  const counts = noCounts();
  for (const file of files) {
    const name = file.name.slice(root.length + 1);
    for (const test of file.assertionResults) {
      if (test.status === 'passed') counts.passed += 1;
      if (test.status === 'failed') counts.failedNames.push(`${name}: ${test.fullName}`);
      if (!RUN.has(test.status)) counts.skippedNames.push(`${name}: ${test.fullName}`);
    }
    const blamed = file.assertionResults.some((test) => test.status === 'failed');
    if (file.status === 'failed' && !blamed) counts.failedNames.push(`${name}: ${file.message}`);
  }
  const seen = new Set(files.map((file) => file.name));
  for (const path of expected) {
    if (!seen.has(path)) counts.failedNames.push(`${path.slice(root.length + 1)}: did not run`);
  }
  counts.failed = counts.failedNames.length;
  counts.skipped = counts.skippedNames.length;
  return counts;
}

/** @param {string} path @returns {File[]} */
function readReport(path) {
  if (!existsSync(path)) return [];
  /** @type {unknown} */
  const report = JSON.parse(readFileSync(path, 'utf8'));
  return /** @type {{ testResults: File[] }} */ (report).testResults;
}

/**
 * @param {string[]} kinds
 * @param {{ onOutput: (text: string) => void, timeout: number, rounds?: 'all' | 'some' }} options
 *   rounds: of costly property tests, see test/support/rounds.ts
 * @returns {Promise<Counts>}
 */
export async function runVitest(kinds, { onOutput, timeout, rounds = 'all' }) {
  const expected = kinds.flatMap(testFiles);
  if (expected.length === 0) return noCounts();
  const folder = mkdtempSync(join(tmpdir(), 'muster-vitest-'));
  const report = join(folder, 'report.json');
  const args = ['run', '--reporter=default', '--reporter=json', `--outputFile.json=${report}`];
  const projects = kinds.flatMap((kind) => ['--project', kind]);
  const env = { ...process.env, NO_COLOR: '1', MUSTER_TEST_ROUNDS: rounds };
  const code = await run([...args, ...projects], { onOutput, timeout, env });
  const counts = countReport(readReport(report), expected);
  rmSync(folder, { recursive: true, force: true });
  if (code === 0 || counts.failed > 0) return counts;
  const name = `vitest ${kinds.join(' ')} ended with ${code} beside its tests`;
  return addCounts(counts, { ...noCounts(), failed: 1, failedNames: [name] });
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
