// Violations planted to prove that each import rule fires, and arrows that must stay allowed.

/** Who imports what: a path of the project, a package, or a module of Node. */
export interface Arrow {
  readonly from: string;
  readonly to: string;
}

export interface Plant extends Arrow {
  readonly rule: string;
}

const plant = (rule: string, from: string, to: string): Plant => ({ rule, from, to });

export const plants: readonly Plant[] = [
  plant('no-cycles', 'agent/core/cycle-a.ts', 'agent/core/cycle-b.ts'),
  plant('no-unresolvable', 'agent/io/lost.ts', 'no-such-package'),
  plant('no-undeclared-package', 'agent/io/undeclared.ts', 'dev-only'),
  plant('no-undeclared-package', 'collector/io/transitive.ts', 'transitive'),
  plant('nothing-imports-test', 'agent/io/uses-test.ts', 'test/support/x.ts'),
  plant('nothing-imports-scripts', 'collector/io/uses-script.ts', 'scripts/x.ts'),
  plant('agent-never-collector', 'agent/core/crosses.ts', 'collector/core/x.ts'),
  plant('collector-never-agent', 'collector/core/crosses.ts', 'agent/core/x.ts'),
  plant('protocol-alone', 'protocol/knows-core.ts', 'agent/core/x.ts'),
  plant('protocol-alone', 'protocol/reads-files.ts', 'node:fs'),
  plant('protocol-alone', 'protocol/uses-yaml.ts', 'js-yaml'),
  plant('core-is-pure', 'agent/core/reads-files.ts', 'node:fs/promises'),
  plant('core-is-pure', 'agent/core/sleeps.ts', 'node:timers/promises'),
  plant('core-is-pure', 'agent/core/knows-ports.ts', 'agent/ports.ts'),
  plant('core-is-pure', 'collector/core/asks-the-host.ts', 'node:os'),
  plant('core-is-pure', 'collector/core/connects.ts', 'mqtt'),
  plant('core-is-pure', 'collector/core/knows-promql.ts', 'collector/promql/x.ts'),
  plant('promql-is-pure', 'collector/promql/serves.ts', 'node:http'),
  plant('promql-is-pure', 'collector/promql/knows-ports.ts', 'collector/ports.ts'),
  plant('rules-are-pure', 'collector/rules/reads-files.ts', 'node:fs'),
  plant('rules-are-pure', 'collector/rules/knows-ports.ts', 'collector/ports.ts'),
  plant('ports-are-types', 'collector/ports.ts', 'collector/work/x.ts'),
  plant('ports-are-types', 'agent/ports.ts', 'node:net'),
  plant('no-siblings', 'agent/samplers/knows-sibling.ts', 'agent/samplers/x.ts'),
  plant('no-siblings', 'agent/samplers/deep/part.ts', 'agent/samplers/x.ts'),
  plant('no-siblings', 'agent/checks/knows-sampler.ts', 'agent/samplers/sampler.ts'),
  plant('no-siblings', 'agent/samplers/kit/knows-member.ts', 'agent/samplers/x.ts'),
  plant('no-siblings', 'agent/tasks/spawns.ts', 'node:child_process'),
  plant('no-siblings', 'agent/installers/knows-io.ts', 'agent/io/x.ts'),
  plant('no-siblings', 'collector/notifiers/knows-sibling.ts', 'collector/notifiers/x.ts'),
  plant('parse-is-pure', 'agent/samplers/parse/reads.ts', 'agent/ports.ts'),
  plant('parse-is-pure', 'agent/samplers/parse/asks.ts', 'agent/samplers/kit/source.ts'),
  plant('index-gathers-its-folder', 'agent/checks/index.ts', 'agent/samplers/x.ts'),
  plant('plugins-through-index', 'agent/config.ts', 'agent/samplers/x.ts'),
  plant('plugins-through-index', 'collector/work/knows-notifier.ts', 'collector/notifiers/x.ts'),
  plant('io-implements-ports', 'agent/io/knows-work.ts', 'agent/work/x.ts'),
  plant('io-implements-ports', 'collector/io/knows-app.ts', 'collector/app.ts'),
  plant('work-joins', 'agent/work/knows-io.ts', 'agent/io/x.ts'),
  plant('work-joins', 'collector/work/knows-app.ts', 'collector/app/x.ts'),
  plant('work-does-no-io', 'collector/work/reads-files.ts', 'node:fs'),
  plant('work-does-no-io', 'agent/work/connects.ts', 'mqtt'),
  plant('only-app-constructs', 'agent/cli/constructs.ts', 'agent/io/x.ts'),
  plant('only-app-constructs', 'collector/main.ts', 'collector/work/x.ts'),
  plant('helper-stands-alone', 'agent/helper/knows-work.ts', 'agent/work/x.ts'),
  plant('helper-stands-alone', 'agent/helper/knows-sampler.ts', 'agent/samplers/index.ts'),
  plant('plugins-through-index', 'agent/helper/knows-task.ts', 'agent/tasks/x.ts'),
  plant('nothing-imports-helper', 'agent/io/knows-helper.ts', 'agent/helper/x.ts'),
  plant('nothing-imports-main', 'agent/helper/runs-main.ts', 'agent/helper/main.ts'),
  plant('only-main-starts', 'agent/io/starts.ts', 'agent/app.ts'),
  plant('only-main-starts', 'scripts/starts.ts', 'collector/app.ts'),
  plant('main-is-thin', 'agent/main.ts', 'agent/samplers/index.ts'),
  plant('nothing-imports-main', 'scripts/runs-main.ts', 'collector/main.ts'),
  plant('nothing-imports-main', 'collector/app.ts', 'collector/cli/main.ts'),
  plant('web-stands-alone', 'collector/web/knows-io.ts', 'collector/io/x.ts'),
];

const arrow = (from: string, to: string): Arrow => ({ from, to });

/** The other half of the planted cycle, which is reported once. */
export const supporting: readonly Arrow[] = [
  arrow('agent/core/cycle-b.ts', 'agent/core/cycle-a.ts'),
];

export const allowed: readonly Arrow[] = [
  arrow('protocol/good.ts', 'node:crypto'),
  arrow('protocol/good.ts', 'node:buffer'),
  arrow('agent/core/good.ts', 'protocol/x.ts'),
  arrow('agent/core/good.ts', 'node:zlib'),
  arrow('collector/core/good.ts', 'js-yaml'),
  arrow('collector/promql/good.ts', 'collector/core/x.ts'),
  arrow('collector/rules/good.ts', 'collector/promql/x.ts'),
  arrow('collector/rules/good.ts', 'js-yaml'),
  arrow('collector/work/good.ts', 'collector/rules/good.ts'),
  arrow('collector/io/good.ts', 'collector/rules/good.ts'),
  arrow('agent/samplers/good.ts', 'agent/samplers/sampler.ts'),
  arrow('agent/samplers/good.ts', 'agent/samplers/good/table.ts'),
  arrow('agent/samplers/good.ts', 'agent/ports.ts'),
  arrow('agent/samplers/good.ts', 'agent/samplers/kit/source.ts'),
  arrow('agent/samplers/good.ts', 'agent/samplers/parse/table.ts'),
  arrow('agent/samplers/index.ts', 'agent/samplers/good.ts'),
  arrow('agent/samplers/edge.ts', 'agent/samplers/good.ts'),
  arrow('agent/config/good.ts', 'agent/samplers/edge.ts'),
  arrow('agent/config/good.ts', 'agent/samplers/index.ts'),
  arrow('agent/work/good.ts', 'agent/checks/check.ts'),
  arrow('agent/work/good.ts', 'agent/samplers/index.ts'),
  arrow('agent/io/good.ts', 'mqtt'),
  arrow('agent/io/good.ts', 'node:fs'),
  arrow('agent/io/good.ts', 'agent/io/x.ts'),
  arrow('agent/app/good.ts', 'agent/io/good.ts'),
  arrow('agent/app/good.ts', 'agent/work/good.ts'),
  arrow('agent/cli/good.ts', 'agent/app/good.ts'),
  arrow('agent/helper/good.ts', 'agent/io/good.ts'),
  arrow('agent/helper/good.ts', 'agent/config/good.ts'),
  arrow('agent/helper/good.ts', 'agent/tasks/index.ts'),
  arrow('agent/helper/good.ts', 'agent/remedies/remedy.ts'),
  arrow('agent/helper/good.ts', 'node:net'),
  arrow('test/unit/good.ts', 'agent/helper/good.ts'),
  arrow('collector/web/good.ts', 'uplot'),
  arrow('test/unit/good.ts', 'agent/io/good.ts'),
  arrow('test/unit/good.ts', 'agent/main.ts'),
  arrow('scripts/good.ts', 'protocol/x.ts'),
];

/** Packages of the planted tree: what its package.json lists, and what is only installed. */
export const packages = {
  dependencies: ['mqtt', 'uplot', 'js-yaml'],
  devDependencies: ['dev-only'],
  unlisted: ['transitive'],
};
