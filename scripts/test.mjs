// npm test: works on a fresh checkout. Installs what is missing, builds, runs the tests that are
// not about load, and closes with one line of sums. MUSTER_NO_APT=1 leaves Debian's packages alone.
import { spawnSync } from 'node:child_process';
import { join } from 'node:path';
import { installPeers } from './lib/debian.mjs';
import { installPackages } from './lib/install.mjs';
import { addCounts, noCounts, oneFailure } from './lib/report.mjs';
import { root } from './lib/root.mjs';
import { runVitest, testFiles } from './lib/vitest.mjs';

const RUNS = [['unit', 'contract'], ['system'], ['fault']];
/** Thrice the ten minutes that all may take: a hang ends as a failure, a slow machine does not. */
const LIMIT = 30 * 60_000;
const started = performance.now();

/** @param {string} text */
const say = (text) => {
  console.log(`[${((performance.now() - started) / 1000).toFixed(0).padStart(3)} s] ${text}`);
};

/** @returns {import('./lib/report.mjs').Counts} */
function build() {
  say('npm run build');
  const tsx = join(root, 'node_modules/.bin/tsx');
  const { status } = spawnSync(tsx, ['scripts/build.ts'], {
    cwd: root,
    stdio: ['ignore', 'inherit', 'inherit'],
  });
  return status === 0 ? noCounts() : oneFailure('npm run build');
}

async function runAll() {
  let counts = build();
  for (const kinds of RUNS) {
    const files = kinds.flatMap(testFiles).length;
    say(`${kinds.join(' and ')} tests: ${files === 0 ? 'none yet' : `${files} files`}`);
    const timeout = Math.ceil(Math.max(1000, LIMIT - (performance.now() - started)));
    const onOutput = (/** @type {string} */ text) => void process.stdout.write(text);
    counts = addCounts(counts, await runVitest(kinds, { onOutput, timeout }));
  }
  return counts;
}

/** @returns {Promise<import('./lib/report.mjs').Counts>} */
async function main() {
  try {
    installPackages();
    installPeers();
    return await runAll();
  } catch (error) {
    return oneFailure(String(error));
  }
}

/** @param {string} title @param {string[]} names */
function list(title, names) {
  if (names.length > 0) console.log(`\n${title}:\n${names.map((name) => `  ${name}`).join('\n')}`);
}

const counts = await main();
list('Skipped', counts.skippedNames);
list('Failed at first, passed when run again alone', counts.unsteadyNames);
for (const message of counts.messages) console.log(`\n${message}`);
list('Failed', counts.failedNames);
if (counts.passed === 0) console.log('\nNo test passed.');
console.log(`\n${((performance.now() - started) / 1000).toFixed(0)} s`);
console.log(`${counts.passed} passed, ${counts.failed} failed, ${counts.skipped} skipped`);
process.exitCode = counts.failed > 0 || counts.passed === 0 ? 1 : 0;
