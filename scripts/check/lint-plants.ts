// Violations planted to prove that each rule of .oxlintrc.jsonc and each strict flag of the
// tsconfigs fires, and code that must stay allowed: the options are part of the proof.

export interface Plant {
  /** As the linter names it: a rule, or a code of the compiler. */
  readonly rule: string;
  readonly path: string;
  readonly text: string;
}

const rule = (name: string, text: string, path = `agent/work/${name}.ts`): Plant => ({
  rule: `typescript(${name})`,
  path,
  text,
});

const pure = (name: string, text: string, path: string): Plant => ({
  rule: `eslint(${name})`,
  path,
  text,
});

const type = (code: string, flag: string, text: string, path = `agent/io/${flag}.ts`): Plant => ({
  rule: `typescript(${code})`,
  path,
  text,
});

const promise = 'declare const promise: () => Promise<number>;\n';
const loose =
  'declare const loose: any; // eslint-disable-line @typescript-eslint/no-explicit-any\n';

const rules: readonly Plant[] = [
  rule('await-thenable', 'export const found = await (1 as number);'),
  rule('no-array-delete', 'declare const list: number[];\ndelete list[0];\nexport {};'),
  rule('no-base-to-string', 'export const found = String({ a: 1 });'),
  rule(
    'no-deprecated',
    '/** @deprecated old */\nconst old = () => 1;\nexport const found = old();',
  ),
  rule('no-explicit-any', 'export type Found = any;'),
  rule('no-floating-promises', `${promise}promise();\nexport {};`),
  rule(
    'no-floating-promises',
    'declare const later: () => PromiseLike<void>;\nlater();\nexport {};',
    'agent/work/thenable.ts',
  ),
  rule(
    'no-for-in-array',
    'declare const list: number[];\nfor (const at in list) console.log(at);\nexport {};',
  ),
  rule('no-implied-eval', "setTimeout('1 + 1', 1);\nexport {};"),
  rule('no-misused-promises', `${promise}if (promise()) console.log(1);\nexport {};`),
  rule(
    'no-misused-promises',
    `${promise}[1].forEach(async () => { await promise(); });\nexport {};`,
    'agent/work/void-return.ts',
  ),
  rule('no-misused-spread', `${promise}export const found = { ...promise() };`),
  rule('no-unsafe-argument', `${loose}export const found = Math.abs(loose);`),
  rule('no-unsafe-assignment', `${loose}export const found = loose;`),
  rule('no-unsafe-assignment', 'export const found = JSON.parse("1");', 'scripts/plain.mjs'),
  rule('no-unsafe-call', `${loose}loose();\nexport {};`),
  rule(
    'no-unsafe-enum-comparison',
    'declare enum Kind { a = 1 }\ndeclare const kind: Kind;\nexport const found = kind === 1;',
  ),
  rule('no-unsafe-member-access', `${loose}export const found: unknown = loose.field;`),
  rule('no-unsafe-return', `${loose}export const found = (): number => loose;`),
  rule('no-unsafe-unary-minus', 'declare const text: string;\nexport const found: number = -text;'),
  rule('only-throw-error', "export const found = () => { throw 'text'; };"),
  rule('prefer-promise-reject-errors', "export const found = Promise.reject('text');"),
  rule('require-array-sort-compare', 'export const found = [2, 10].sort();'),
  rule('restrict-plus-operands', "export const found = [] + 'text';"),
  rule(
    'restrict-template-expressions',
    // biome-ignore lint/suspicious/noTemplateCurlyInString: the planted text holds it.
    'declare const list: number[] | null;\nexport const found = `${list}`;',
  ),
  rule(
    'return-await',
    `${promise}export async function found() {\n  try { return promise(); } catch { return 1; }\n}`,
  ),
  rule(
    'switch-exhaustiveness-check',
    "declare const kind: 'a' | 'b';\nswitch (kind) { case 'a': console.log(kind); }\nexport {};",
  ),
  pure('no-restricted-properties', 'export const found = Date.now();', 'agent/core/clock.ts'),
  pure('no-restricted-properties', 'export const found = Date.now();', 'collector/core/clock.ts'),
  pure('no-restricted-properties', 'export const found = Date.now();', 'protocol/clock.ts'),
  pure('no-restricted-properties', 'export const found = Math.random();', 'collector/promql/r.ts'),
];

const types: readonly Plant[] = [
  type('TS2322', 'strict', "export const found: number = 'text';"),
  type('TS18047', 'strictNullChecks', 'export const found = (a: { b: 1 } | null) => a.b;'),
  type('TS7006', 'noImplicitAny', 'export const found = (a) => 1;'),
  type(
    'TS2322',
    'checkJs',
    "/** @type {number} */\nexport const found = 'text';",
    'scripts/js.mjs',
  ),
  type(
    'TS2322',
    'noUncheckedIndexedAccess',
    'declare const list: number[];\nexport const found: number = list[0];',
  ),
  type('TS2375', 'exactOptionalPropertyTypes', 'export const found: { a?: 1 } = { a: undefined };'),
  type(
    'TS4114',
    'noImplicitOverride',
    'class A { b() { return 1; } }\nexport class Found extends A { b() { return 2; } }',
  ),
  type(
    'TS4111',
    'noPropertyAccessFromIndexSignature',
    'declare const all: Record<string, number>;\nexport const found = all.key;',
  ),
  type('TS6133', 'noUnusedLocals', 'const found = 1;\nexport {};'),
  type('TS6133', 'noUnusedParameters', 'export const f = (found: number) => 1;'),
  type('TS7030', 'noImplicitReturns', 'export function found(a: number) { if (a > 1) return 1; }'),
  type(
    'TS7029',
    'noFallthroughCasesInSwitch',
    'declare const a: number;\nswitch (a) { case 1: console.log(1); case 2: console.log(2); }\nexport {};',
  ),
  type(
    'TS1484',
    'verbatimModuleSyntax',
    "import { Allowed } from './allowed.ts';\nexport const found: Allowed = 1;",
    'agent/work/verbatim.ts',
  ),
  type('TS1294', 'erasableSyntaxOnly', 'export enum Found { a }'),
  type('TS2307', 'module', "import { a } from './nowhere.ts';\nexport const found = a;"),
  type('TS2834', 'extensions', "import { a } from './allowed';\nexport const found = a;"),
  type('TS2584', 'lib', 'export const found = document;'),
  type('TS2322', 'strict', "export const found: number = 'text';", 'collector/web/strict.ts'),
  type(
    'TS2322',
    'noUncheckedIndexedAccess',
    'declare const list: number[];\nexport const found: number = list[0];',
    'collector/web/indexed.ts',
  ),
  type('TS2591', 'types', 'export const found = process.pid;', 'collector/web/node.ts'),
  type('TS2322', 'strict', "export const found: number = 'text';", 'test/unit/strict.ts'),
  type('TS2322', 'strict', "export const found: number = 'text';", 'top.ts'),
];

/** A comment that switches off nothing. Its finding has no code of its own. */
export const unused: Omit<Plant, 'rule'> = {
  path: 'agent/work/unused.ts',
  text: '// eslint-disable-next-line @typescript-eslint/no-explicit-any\nexport const found = 1;',
};

export const plants: readonly Plant[] = [...rules, ...types];

/** Each holds `new Date()`, which biome finds by scripts/rules/no-clock.grit. */
export const clocks: readonly string[] = [
  'agent/core/date.ts',
  'collector/core/date.ts',
  'collector/promql/date.ts',
  'protocol/date.ts',
];

export const allowed: readonly Omit<Plant, 'rule'>[] = [
  {
    path: 'agent/work/allowed.ts',
    text: [
      promise + loose,
      'export type Allowed = number;',
      // biome-ignore lint/suspicious/noTemplateCurlyInString: the planted text holds it.
      'export const text = `${1} ${true}`;',
      'export const sorted = [2, 10].sort((a, b) => a - b);',
      'export const closed = await promise().finally(() => promise());',
      'export async function plain() { return promise(); }',
      '// eslint-disable-next-line @typescript-eslint/no-unsafe-assignment',
      'export const silenced = loose;',
      '// oxlint-disable-next-line typescript/no-unsafe-assignment',
      'export const silencedToo = loose;',
      "declare const kind: 'a' | 'b';",
      "switch (kind) { case 'a': console.log(1); break; default: console.log(Date.now()); }",
      'void promise();',
    ].join('\n'),
  },
  { path: 'agent/core/allowed.ts', text: 'export const moment = new Date(0);' },
  {
    path: 'collector/web/allowed.ts',
    text: "export const found = document.querySelector('p');",
  },
];
