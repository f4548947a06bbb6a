// Types and typed lint in one process, natively: first proven on planted violations, then held
// against the real tree. A linter that finds nothing looks exactly like a clean tree.
import { existsSync, readdirSync } from 'node:fs';
import { join } from 'node:path';
import { plants } from './check/lint-plants.ts';
import { oxlint } from './check/oxlint.ts';
import { unprovenLint } from './check/prove-lint.ts';
import { root } from './lib/root.mjs';

/** What the tsconfigs include; `.cjs` lies only in the root, for a tool that asks for it. */
const FOLDERS = ['agent', 'collector', 'protocol', 'scripts', 'test'];
/** Say `@ts-nocheck`: nothing is left of them that these rules could judge. */
const UNTYPED = ['test/support/pipeline/shifted-clock.mjs', 'test/support/pipeline/synced.mjs'];
const SOURCE = /\.(ts|mts|cts|js|mjs)$/;

function sourceFiles(): number {
  const all = FOLDERS.filter((folder) => existsSync(join(root, folder))).flatMap((folder) =>
    readdirSync(join(root, folder), { recursive: true, encoding: 'utf8' }).map(
      (path) => `${folder}/${path}`,
    ),
  );
  const sources = [...all, ...readdirSync(root)].filter((path) => SOURCE.test(path));
  return sources.filter((path) => !UNTYPED.includes(path)).length;
}

const unproven = await unprovenLint();
const { files, findings } = await oxlint(root);
const problems = [
  ...unproven,
  ...findings.map(
    ({ path, line, column, rule, message }) => `${path}:${line}:${column} ${rule}: ${message}`,
  ),
];
// More are as wrong as fewer: a file outside of these folders is in none of the projects.
const expected = sourceFiles();
if (files !== expected) problems.push(`linted ${files} files, while the folders hold ${expected}`);
for (const problem of problems) console.error(`  ${problem}`);
console.log(`${plants.length} planted violations, ${files} files checked`);
process.exitCode = problems.length > 0 ? 1 : 0;
