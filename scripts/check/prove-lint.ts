// Proves the lint on a planted tree: every rule that is configured, and every strict flag of both
// tsconfigs, finds its violation, and what is allowed stays allowed. Says what is not so.
import {
  copyFileSync,
  mkdirSync,
  mkdtempSync,
  readFileSync,
  realpathSync,
  rmSync,
  symlinkSync,
  writeFileSync,
} from 'node:fs';
import { tmpdir } from 'node:os';
import { dirname, join } from 'node:path';
import { root } from '../lib/root.mjs';
import { allowed, clocks, plants, unused } from './lint-plants.ts';
import { type Finding, oxlint, runIn, UNUSED_DIRECTIVE } from './oxlint.ts';

const CONFIG = '.oxlintrc.jsonc';
const COPIED = [
  CONFIG,
  'biome.json',
  'tsconfig.json',
  'collector/web/tsconfig.json',
  'scripts/lib/promise-finally.d.ts',
  'scripts/rules/no-clock.grit',
];

interface Rules {
  readonly rules: Record<string, unknown>;
}

/** As oxlint names them in what it finds: `typescript/x` is `typescript(x)`. */
function configuredRules(): string[] {
  const text = readFileSync(join(root, CONFIG), 'utf8').replace(/^\s*\/\/.*$/gm, '');
  const config = JSON.parse(text) as Rules & { readonly overrides: readonly Rules[] };
  const names = [config, ...config.overrides].flatMap(({ rules }) => Object.keys(rules));
  return names.map((name) => {
    const [plugin, rule] = name.includes('/') ? name.split('/') : ['eslint', name];
    return `${plugin}(${rule})`;
  });
}

function plantTree(tree: string): void {
  const write = (path: string, text: string) => {
    mkdirSync(dirname(join(tree, path)), { recursive: true });
    writeFileSync(join(tree, path), `${text}\n`);
  };
  write('package.json', '{ "type": "module" }');
  for (const { path, text } of [...plants, ...allowed, unused]) write(path, text);
  for (const path of clocks) write(path, 'export const found = new Date();');
  for (const path of COPIED) {
    mkdirSync(dirname(join(tree, path)), { recursive: true });
    copyFileSync(join(root, path), join(tree, path));
  }
  symlinkSync(join(root, 'node_modules'), join(tree, 'node_modules'));
}

function wrongOf(findings: readonly Finding[]): string[] {
  const has = (path: string, rule: string) =>
    findings.some((found) => found.path === path && found.rule === rule);
  const planted = new Set(plants.map(({ rule }) => rule));
  const quiet = new Set(allowed.map(({ path }) => path));
  return [
    ...configuredRules()
      .filter((name) => !planted.has(name))
      .map((name) => `${name}: no violation planted`),
    ...[...plants, { ...unused, rule: UNUSED_DIRECTIVE }]
      .filter(({ path, rule }) => !has(path, rule))
      .map(({ path, rule }) => `${rule}: silent about the planted ${path}`),
    ...findings
      .filter(({ path }) => quiet.has(path))
      .map(({ path, rule, message }) => `${rule}: refuses the planted ${path}: ${message}`),
  ];
}

async function wrongOfClocks(tree: string): Promise<string[]> {
  const args = ['lint', '--vcs-enabled=false', '--max-diagnostics=none', ...clocks];
  const { stdout, stderr } = await runIn(tree, 'biome', [...args, 'agent/core/allowed.ts']);
  const found = [...`${stdout}${stderr}`.matchAll(/^(\S+?):\d+:\d+ plugin /gm)].map(([, at]) => at);
  return [
    ...clocks.filter((path) => !found.includes(path)).map((path) => `silent about ${path}`),
    ...(found.includes('agent/core/allowed.ts') ? ['refuses what is allowed'] : []),
  ].map((what) => `no-clock.grit: ${what}`);
}

/** What the lint does not find, or finds wrongly; nothing when it can be believed. */
export async function unprovenLint(): Promise<string[]> {
  const tree = realpathSync(mkdtempSync(join(tmpdir(), 'muster-lint-')));
  try {
    plantTree(tree);
    const { findings } = await oxlint(tree);
    return [...wrongOf(findings), ...(await wrongOfClocks(tree))];
  } finally {
    rmSync(tree, { recursive: true, force: true });
  }
}
