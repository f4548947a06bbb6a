/** The page docs/conformance.md, from the results of a run. */
import { CASE_CLASSES } from './classify.ts';
import type { FileResult } from './run-file.ts';
import { type Tally, tally, tallyByClass } from './tally.ts';

const MEANING = {
  float: 'plain numbers',
  experimental: 'plain numbers, and something that Prometheus has behind a feature flag',
  histogram: 'native histograms',
} as const;

const BESIDE = [
  '## Beside this',
  '',
  '`npm test` also holds the engine',
  '',
  '- against cases of our own, worked out by hand: `test/vectors/promql` (`test/system/promqltest.test.ts`);',
  "- against Debian's Prometheus 2.42 over the same samples, listed and random queries, instant and range",
  '  (`test/system/promql-differential.test.ts`); where Prometheus 3 means something else,',
  '  `test/support/promql/differential/different.ts` says what;',
  '- against itself: a range query gives at each step what an instant query gives at that time, native',
  '  histograms and ends of series included (`test/system/promql-consistency.test.ts`).',
  '',
  'Metric names are dropped late (`promql-delayed-name-removal` of Prometheus), as its tests ask for.',
  '',
];

export function conformancePage(files: readonly FileResult[], date: string): string {
  const results = files.flatMap((file) => file.results);
  const classes = tallyByClass(results);
  return [
    '# Conformance',
    '',
    "How many cases of Prometheus' own tests of PromQL (3.14, `promql/promqltest/testdata`) the engine passes.",
    `Produced on ${date} by \`npm run promqltest -- DIR --write docs/conformance.md\`; DIR is any folder of`,
    '`.test` files. Each `eval` is a case. As in Prometheus, an instant query is also asked with `@` on all',
    'selectors at other times, and as the middle of a range query; a case passes when all agree.',
    '',
    ...table(
      'File',
      files.map(({ file, results: own }) => [file, tally(own)]),
      tally(results),
    ),
    '',
    ...table(
      'Class',
      CASE_CLASSES.map((kind) => [`${kind}: ${MEANING[kind]}`, classes.get(kind) ?? tally([])]),
    ),
    '',
    ...failures(files),
    ...BESIDE,
  ].join('\n');
}

function table(head: string, rows: readonly (readonly [string, Tally])[], sum?: Tally): string[] {
  const all = sum === undefined ? rows : [...rows, ['all', sum] as const];
  return [
    `| ${head} | cases | passed | failed | failed as expected | left out |`,
    '|---|---:|---:|---:|---:|---:|',
    ...all.map(([name, { cases, passed, failed, expected, leftOut }]) => {
      const out = Object.values(leftOut).reduce((total, count) => total + count, 0);
      return `| ${name} | ${cases} | ${passed} | ${failed} | ${expected} | ${out} |`;
    }),
  ];
}

function failures(files: readonly FileResult[]): string[] {
  const lines = files.flatMap(({ file, results, problem }) => [
    ...(problem === undefined ? [] : [`- ${problem}`]),
    ...results.flatMap(({ line, expression, outcome }) => {
      const place = `- \`${file}:${line}\` \`\` ${expression} \`\`: `;
      if (outcome.status === 'failed') return [`${place}${outcome.failure.reason}`];
      return outcome.status === 'expected' ? [`${place}${outcome.reason}`] : [];
    }),
  ]);
  return lines.length === 0 ? ['No case fails.', ''] : ['## Cases that fail', '', ...lines, ''];
}
