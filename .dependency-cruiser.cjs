// The arrows of docs/ARCHITECTURE.md as rules. scripts/import-rules.ts proves each one on a planted
// violation before it looks at the real tree: a rule without a plant fails the check.

// What a pure folder may use of Node: computes, waits for nothing, touches nothing.
const PURE_NODE = '^(assert|buffer|crypto|path|querystring|string_decoder|url|util|zlib)(/|$)';
// Packages that only compute. Add one here with a look at its source, not to silence the check.
const PURE_NPM = 'node_modules/(js-yaml|re2js|semver|@lezer/[^/]+|@prometheus-io/lezer-promql)/';
// Types that a port may need to speak about a stream without opening one.
const STREAM_TYPES = '^(events|stream)(/|$)';
const NODE_IO =
  '^(child_process|cluster|dgram|dns|fs|http|http2|https|inspector|module|net|os|process|readline|' +
  'repl|timers|tls|tty|v8|vm|wasi|worker_threads)(/|$)';

const PARTS = '^(agent|collector)';
const PLUGINS = '(samplers|checks|tasks|remedies|remote|installers|notifiers)';
// The lists of such a folder: all, and those that every agent loads.
const REGISTRY = '(?:index|edge)\\.ts$';
// What the files of such a folder may share: its interface file, parse/ (pure), kit/ and these few.
const CONTRACT = '(sampler|check|task|remedy|command|installer|notifier)\\.ts$';
const HELPERS = '(memory|metrics-by-field|options|source)\\.ts$';
const PROJECT = '^(agent|collector|protocol|scripts|test)/';
const PROTOCOL = '^protocol/';
const HOME = {
  core: '^$1/core/',
  ports: '^$1/ports(\\.ts$|/)',
  config: '^$1/config(\\.ts$|/)',
  app: '^$1/app(\\.ts$|/)',
  plugins: `^$1/${PLUGINS}/(${REGISTRY}|${CONTRACT})`,
};

/** Everything that `from` imports must match one of `allowed`: packages and Node's modules too. */
const only = (name, comment, from, allowed) => ({
  name,
  comment,
  severity: 'error',
  from: { path: from },
  to: { pathNot: allowed },
});

/** Like `only`, but says nothing about packages and Node's modules. */
const onlyOfOurs = (name, comment, from, allowed) => ({
  name,
  comment,
  severity: 'error',
  from: { path: from },
  to: { path: PROJECT, pathNot: allowed },
});

const never = (name, comment, from, to) => ({ name, comment, severity: 'error', from, to });

module.exports = {
  forbidden: [
    never('no-cycles', 'Two files that need each other are one file.', {}, { circular: true }),
    never('no-unresolvable', 'The file or package is not there.', {}, { couldNotResolve: true }),
    never(
      'no-undeclared-package',
      'What is shipped imports only what package.json lists as a dependency.',
      { path: '^(agent|collector|protocol)/' },
      { dependencyTypes: ['npm-dev', 'npm-no-pkg', 'npm-unknown'] },
    ),
    never(
      'nothing-imports-test',
      'Tests may import anything; no program needs a test. Scripts may use what tests use.',
      { pathNot: '^(scripts|test)/' },
      { path: '^test/' },
    ),
    never(
      'nothing-imports-scripts',
      'Scripts are for people and CI, not for programs.',
      { pathNot: '^(scripts|test)/' },
      { path: '^scripts/' },
    ),
    never(
      'agent-never-collector',
      'agent -> protocol <- collector',
      { path: '^agent/' },
      { path: '^collector/' },
    ),
    never(
      'collector-never-agent',
      'agent -> protocol <- collector',
      { path: '^collector/' },
      { path: '^agent/' },
    ),
    only('protocol-alone', 'The shared language depends on nobody, and does no I/O.', PROTOCOL, [
      PROTOCOL,
      '^(buffer|crypto)$',
    ]),
    only('core-is-pure', 'Decisions: no I/O, no clock, no ports.', `${PARTS}/core/`, [
      PROTOCOL,
      HOME.core,
      PURE_NODE,
      PURE_NPM,
    ]),
    only('promql-is-pure', 'Text in, values out.', '^collector/promql/', [
      PROTOCOL,
      '^collector/(core|promql)/',
      PURE_NODE,
      PURE_NPM,
    ]),
    only(
      'rules-are-pure',
      'Rule files and their evaluation: the world is an argument.',
      '^collector/rules/',
      [PROTOCOL, '^collector/(core|promql|rules)/', PURE_NODE, PURE_NPM],
    ),
    only('ports-are-types', 'A port names what core knows.', `${PARTS}/ports(\\.ts$|/)`, [
      PROTOCOL,
      HOME.core,
      HOME.ports,
      PURE_NODE,
      STREAM_TYPES,
    ]),
    only(
      'no-siblings',
      'A sampler, check, task, installer or notifier stands alone and reaches the world by ports.',
      `${PARTS}/${PLUGINS}/(?!${REGISTRY})([^/]+?)(?:\\.ts$|/)`,
      [
        PROTOCOL,
        HOME.core,
        HOME.ports,
        '^$1/$2/$3(\\.ts$|/)',
        `^$1/$2/(parse/|kit/|${CONTRACT}|${HELPERS})`,
        PURE_NODE,
        PURE_NPM,
      ],
    ),
    only('parse-is-pure', 'Text in, values out.', `${PARTS}/${PLUGINS}/parse/`, [
      PROTOCOL,
      HOME.core,
      '^$1/$2/parse/',
      `^$1/$2/${CONTRACT}`,
      PURE_NODE,
      PURE_NPM,
    ]),
    onlyOfOurs(
      'index-gathers-its-folder',
      'The registry lists the files beside it.',
      `${PARTS}/${PLUGINS}/${REGISTRY}`,
      [PROTOCOL, HOME.core, HOME.ports, '^$1/$2/'],
    ),
    never(
      'plugins-through-index',
      'Others see a registry, not its members.',
      { path: `${PARTS}/`, pathNot: `${PARTS}/${PLUGINS}/` },
      { path: `${PARTS}/${PLUGINS}/`, pathNot: `${PARTS}/${PLUGINS}/(${REGISTRY}|${CONTRACT})` },
    ),
    onlyOfOurs('io-implements-ports', 'The world, behind ports.', `${PARTS}/io/`, [
      PROTOCOL,
      HOME.core,
      HOME.ports,
      '^$1/(io|rules)/',
    ]),
    onlyOfOurs('work-joins', 'Loops know ports, not what implements them.', `${PARTS}/work/`, [
      PROTOCOL,
      HOME.core,
      HOME.ports,
      HOME.config,
      HOME.plugins,
      '^$1/(work|promql|rules)/',
    ]),
    never(
      'work-does-no-io',
      'Loops reach the world by ports.',
      { path: `${PARTS}/work/` },
      { path: [NODE_IO, 'node_modules/'], pathNot: PURE_NPM },
    ),
    never(
      'only-app-constructs',
      'app.ts is the one place that knows which implementation serves a port.',
      {
        path: `${PARTS}/`,
        pathNot: `${PARTS}/(app(\\.ts$|/)|io/|work/)|^agent/(helper|launcher)/`,
      },
      { path: `${PARTS}/(io|work)/` },
    ),
    onlyOfOurs(
      'helper-stands-alone',
      'What runs as root is a program of its own and as small as it can be: no loops, no command line.',
      '^agent/helper/',
      [
        PROTOCOL,
        '^agent/(core|ports|config|io|helper)/',
        '^agent/ports\\.ts$',
        `^agent/(tasks|remedies|installers)/(${REGISTRY}|${CONTRACT})`,
      ],
    ),
    never(
      'nothing-imports-helper',
      'The agent asks the helper over its socket; nothing of it runs inside the agent.',
      { pathNot: '^agent/helper/|^test/' },
      { path: '^agent/helper/' },
    ),
    never(
      'only-main-starts',
      'A program is started by its main or its command line.',
      { pathNot: `${PARTS}/(main\\.ts$|(cli|commands)/|app(\\.ts$|/))|^test/` },
      { path: `${PARTS}/app(\\.ts$|/)` },
    ),
    onlyOfOurs('main-is-thin', 'argv, signals and exit codes.', `${PARTS}/main\\.ts$`, [
      PROTOCOL,
      HOME.app,
      HOME.config,
      '^$1/(cli|commands)/',
    ]),
    never(
      'nothing-imports-main',
      'Importing a program would run it.',
      { pathNot: '^test/' },
      { path: `${PARTS}/((cli|helper|launcher)/)?main\\.ts$` },
    ),
    only('web-stands-alone', 'The page runs in a browser.', '^collector/web/', [
      PROTOCOL,
      '^collector/(core|web)/',
      'node_modules/uplot/',
    ]),
  ],
  options: {
    doNotFollow: { path: 'node_modules' },
    exclude: { path: '(^|/)dist/' },
    // Types are knowledge too: an arrow that only carries a type is still an arrow.
    tsPreCompilationDeps: true,
    enhancedResolveOptions: {
      exportsFields: ['exports'],
      conditionNames: ['import', 'require', 'node', 'default'],
    },
  },
};
