// What vitest's JSON report says, as counts. Plain JavaScript, as `npm test` is.
import { root } from './root.mjs';

/**
 * @typedef {{ passed: number, failed: number, skipped: number, failedNames: string[],
 *   skippedNames: string[], unsteadyNames: string[], messages: string[] }} Counts
 *   unsteadyNames: failed at first and passed when their file ran again alone
 *   messages: what the failed tests said, each under its name
 * @typedef {{ title: string, fullName: string, status: string, failureMessages?: string[] }} Assertion
 * @typedef {{ name: string, status: string, message: string, assertionResults: Assertion[] }} File
 */

/** Lines of one failure: the assertion and where it stands, not the runner's whole stack. */
const LINES = 24;

/** @returns {Counts} */
export const noCounts = () => ({
  passed: 0,
  failed: 0,
  skipped: 0,
  failedNames: [],
  skippedNames: [],
  unsteadyNames: [],
  messages: [],
});

/** @param {Counts} a @param {Counts} b @returns {Counts} */
export const addCounts = (a, b) => ({
  passed: a.passed + b.passed,
  failed: a.failed + b.failed,
  skipped: a.skipped + b.skipped,
  failedNames: [...a.failedNames, ...b.failedNames],
  skippedNames: [...a.skippedNames, ...b.skippedNames],
  unsteadyNames: [...a.unsteadyNames, ...b.unsteadyNames],
  messages: [...a.messages, ...b.messages],
});

/** @param {string} name @returns {Counts} */
export const oneFailure = (name) => ({ ...noCounts(), failed: 1, failedNames: [name] });

const RAN = new Set(['passed', 'failed']);

/** @param {string} path */
const short = (path) => path.slice(root.length + 1);

/** Where the runner itself was, which is the same for each. */
const RUNNER = /^\s+at .*(\/node_modules\/|node:internal|new Promise)/;

/** @param {string} name @param {string[]} said */
function excerpt(name, said) {
  const all = said.join('\n').split('\n');
  const lines = all.filter((line) => !RUNNER.test(line)).slice(0, LINES);
  return [`${name}`, ...lines.map((line) => `    ${line}`)].join('\n');
}

/**
 * A file that could not be loaded holds no test in the report: it counts as one failure. So does a
 * file on disk that the report does not know.
 * @param {File[]} files @param {string[]} expected @returns {Counts}
 */
export function countReport(files, expected) {
  const counts = noCounts();
  for (const file of files) countFile(file, counts);
  const seen = new Set(files.map((file) => file.name));
  for (const path of expected) {
    if (!seen.has(path)) counts.failedNames.push(`${short(path)}: did not run`);
  }
  counts.failed = counts.failedNames.length;
  counts.skipped = counts.skippedNames.length;
  return counts;
}

/** @param {File} file @param {Counts} counts */
function countFile(file, counts) {
  for (const test of file.assertionResults) {
    const name = `${short(file.name)}: ${test.fullName}`;
    if (test.status === 'passed') counts.passed += 1;
    if (!RAN.has(test.status)) counts.skippedNames.push(name);
    if (test.status !== 'failed') continue;
    counts.failedNames.push(name);
    counts.messages.push(excerpt(name, test.failureMessages ?? []));
  }
  const blamed = file.assertionResults.some((test) => test.status === 'failed');
  if (file.status === 'failed' && !blamed) {
    counts.failedNames.push(`${short(file.name)}: ${file.message}`);
  }
}

/** @param {File[]} files @param {string[]} expected @returns {string[]} paths that have to run again */
export function failedFiles(files, expected) {
  const passed = new Set(files.filter((file) => file.status !== 'failed').map(({ name }) => name));
  return expected.filter((path) => !passed.has(path));
}

/**
 * The second try of some files takes the place of their first.
 * @param {File[]} first @param {File[]} second @param {string[]} expected @returns {Counts}
 */
export function countBoth(first, second, expected) {
  const again = new Map(second.map((file) => [file.name, file]));
  const before = countReport(first, expected);
  const merged = first.filter((file) => !again.has(file.name));
  const counts = countReport([...merged, ...second], expected);
  const still = new Set(counts.failedNames);
  counts.unsteadyNames = before.failedNames.filter((name) => !still.has(name));
  for (const message of before.messages) {
    const name = counts.unsteadyNames.find((one) => message.startsWith(`${one}\n`));
    if (name === undefined) continue;
    counts.messages.push(`${name} (passed when run again alone)${message.slice(name.length)}`);
  }
  return counts;
}
