// The import rules: first proven on planted violations, then held against the real tree. A rule
// that has quietly stopped working looks exactly like a clean tree, hence the proof every time.
import { existsSync, mkdtempSync, readdirSync, realpathSync, rmSync } from 'node:fs';
import { tmpdir } from 'node:os';
import { join } from 'node:path';
import type { IViolation } from 'dependency-cruiser';
import { root } from './lib/root.mjs';
import { cruiseTree, ruleNames } from './rules/cruise.ts';
import { plantTree } from './rules/plant-tree.ts';
import { allowed, plants, supporting } from './rules/plants.ts';

const FOLDERS = ['agent', 'collector', 'protocol', 'scripts', 'test'];

const plain = (specifier: string): string => specifier.replace(/^node:/, '');

function hits(violation: IViolation, from: string, to: string): boolean {
  return (
    violation.from === from &&
    (violation.to === plain(to) || violation.to.startsWith(`node_modules/${to}/`))
  );
}

function unproven(violations: readonly IViolation[]): string[] {
  const planted = new Set(plants.map((plant) => plant.rule));
  const silent = plants.filter(
    (p) => !violations.some((v) => v.rule.name === p.rule && hits(v, p.from, p.to)),
  );
  const refused = allowed.filter((a) => violations.some((v) => hits(v, a.from, a.to)));
  return [
    ...ruleNames
      .filter((name) => !planted.has(name))
      .map((name) => `${name}: no violation planted`),
    ...silent.map((p) => `${p.rule}: silent about ${p.from} -> ${p.to}`),
    ...refused.map((a) => `refuses ${a.from} -> ${a.to}, which is allowed`),
  ];
}

async function prove(): Promise<string[]> {
  const tree = realpathSync(mkdtempSync(join(tmpdir(), 'muster-import-rules-')));
  try {
    plantTree(tree, [...plants, ...supporting, ...allowed]);
    const { summary } = await cruiseTree(tree, FOLDERS);
    return unproven(summary.violations);
  } finally {
    rmSync(tree, { recursive: true, force: true });
  }
}

function sourceFiles(folder: string): string[] {
  return readdirSync(join(root, folder), { recursive: true, encoding: 'utf8' })
    .filter((path) => path.endsWith('.ts'))
    .map((path) => `${folder}/${path}`);
}

const isForeign = (path: string): boolean => !FOLDERS.includes(path.split('/', 1)[0] ?? '');

async function checkRealTree(): Promise<{ problems: string[]; modules: number }> {
  const folders = FOLDERS.filter((folder) => existsSync(join(root, folder)));
  const { modules, summary } = await cruiseTree(root, folders);
  const ours = modules.map((module) => module.source).filter((path) => !isForeign(path));
  const cruised = new Set(ours);
  const missed = folders.flatMap(sourceFiles).filter((path) => !cruised.has(path));
  const problems = summary.violations.map((v) => `${v.rule.name}: ${v.from} -> ${v.to}`);
  if (cruised.size === 0) problems.push('cruised no module at all: the tool is broken');
  problems.push(...missed.map((path) => `not cruised: ${path}`));
  return { problems, modules: cruised.size };
}

const unprovenRules = await prove();
const real = await checkRealTree();
for (const problem of [...unprovenRules, ...real.problems]) console.error(`  ${problem}`);
console.log(
  `${ruleNames.length} rules, ${plants.length} planted violations, ${real.modules} modules cruised`,
);
process.exitCode = unprovenRules.length + real.problems.length > 0 ? 1 : 0;
