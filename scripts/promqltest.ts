/**
 * Runs Prometheus' tests of PromQL against our engine:
 *
 *   npm run promqltest -- DIR [--file NAME] [--leave-out float|experimental|histogram]… [--verbose]
 *                         [--json] [--limit-seconds 20] [--write docs/conformance.md]
 *
 * Exit code 0: every case passed or is listed in promqltest/expected-failures.ts; 1: one did not;
 * 2: nothing to run.
 */
import { existsSync, writeFileSync } from 'node:fs';
import { PromqlEngine } from '../collector/promql/engine/engine.ts';
import { argumentsOf } from './lib/arguments.ts';
import { CASE_CLASSES, type CaseClass } from './promqltest/classify.ts';
import { conformancePage } from './promqltest/conformance.ts';
import { EXPECTED_FAILURES } from './promqltest/expected-failures.ts';
import { fileReport, sumReport } from './promqltest/report.ts';
import { type FileResult, runFile, testFiles } from './promqltest/run-file.ts';
import type { RunOptions } from './promqltest/run-script.ts';
import { tally, tallyByClass } from './promqltest/tally.ts';

const USAGE = `usage: npm run promqltest -- DIR [options]
  --file NAME          this file of DIR alone
  --leave-out CLASS    ${CASE_CLASSES.join(', ')}; may be repeated
  --verbose            each case, also those that passed
  --json               machine-readable
  --limit-seconds N    for one case (20)
  --write FILE         the page of results`;

const { values: options, positionals } = argumentsOf(USAGE, {
  allowPositionals: true,
  options: {
    file: { type: 'string' },
    'leave-out': { type: 'string', multiple: true, default: [] },
    verbose: { type: 'boolean', default: false },
    json: { type: 'boolean', default: false },
    'limit-seconds': { type: 'string', default: '20' },
    write: { type: 'string' },
  },
});

function stop(message: string): never {
  console.error(message);
  process.exit(2);
}

const isClass = (text: string): text is CaseClass => CASE_CLASSES.some((kind) => kind === text);

const [folder, ...others] = positionals;
const leaveOut = options['leave-out'].filter(isClass);
const limitMs = Number(options['limit-seconds']) * 1000;
if (
  folder === undefined ||
  others.length > 0 ||
  leaveOut.length < options['leave-out'].length ||
  !(limitMs > 0)
) {
  stop(USAGE);
}
if (!existsSync(folder)) stop(`${folder} is not there`);

const run: RunOptions = {
  engineOver: (source) => new PromqlEngine(source),
  limitMs,
  leaveOut: new Set(leaveOut),
  expectedFailures: EXPECTED_FAILURES,
};

const names = await testFiles(folder, options.file);
if (names.length === 0)
  stop(`${folder} has no .test file${options.file === undefined ? '' : ` named ${options.file}`}`);
const files: FileResult[] = [];
for (const name of names) {
  const result = await runFile(folder, name, run);
  files.push(result);
  if (!options.json) console.log(fileReport(result, options.verbose).join('\n'));
}

const results = files.flatMap((file) => file.results);
const sums = tally(results);
if (options.json) {
  const classes = Object.fromEntries(tallyByClass(results));
  console.log(JSON.stringify({ files, classes, sums }, undefined, 2));
} else console.log(sumReport(files).join('\n'));
if (options.write !== undefined) {
  writeFileSync(options.write, conformancePage(files, new Date().toISOString().slice(0, 10)));
}
const broken = files.some(({ problem }) => problem !== undefined);
if (sums.cases === 0 && !broken) stop('no case found');
process.exitCode = sums.failed > 0 || broken ? 1 : 0;
