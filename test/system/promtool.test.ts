/** `muster rules check` and `muster rules test` beside Debian's promtool: the same verdict on each file. */
import { spawnSync } from 'node:child_process';
import { existsSync, readdirSync } from 'node:fs';
import { join, resolve } from 'node:path';
import { Command, CommanderError } from 'commander';
import { describe, expect, it } from 'vitest';
import { rules } from '../../collector/cli/commands/rules.ts';
import { CliError, type CliIo } from '../../collector/cli/io.ts';

const ROOT = resolve(import.meta.dirname, '../..');
const OWN = join(ROOT, 'test/vectors/rules/promtool');
const SHIPPED = join(ROOT, 'deploy/rules');
/** Test data of the peer, where this machine has it. */
const PEER = process.env['MUSTER_PEER_DATA'] ?? resolve(ROOT, '../shared/peer');

/** Prometheus 3 knows what Debian's 2.42 does not: histograms in expectations. */
const NEWER = new Set(['unittest.yml']);

const hasPromtool = spawnSync('promtool', ['--version']).error === undefined;

interface Outcome {
  readonly code: number;
  readonly out: string;
}

async function muster(...args: readonly string[]): Promise<Outcome> {
  let out = '';
  const io: CliIo = {
    out: (text) => {
      out += text;
    },
    err: (text) => {
      out += text;
    },
    fetch,
    env: {},
    terminal: false,
    signal: new AbortController().signal,
    now: () => 0,
    sleep: () => Promise.resolve(),
  };
  const program = new Command('muster').option('--json').option('--url <url>').exitOverride();
  rules(program, io);
  try {
    await program.parseAsync(['rules', ...args], { from: 'user' });
    return { code: 0, out };
  } catch (error) {
    if (error instanceof CommanderError) return { code: 2, out: out + error.message };
    if (!(error instanceof CliError)) throw error;
    return { code: 'exitCode' in error ? Number(error.exitCode) : 1, out: out + error.message };
  }
}

function promtool(...args: readonly string[]): Outcome {
  const { status, stdout, stderr } = spawnSync('promtool', args, { encoding: 'utf8' });
  return { code: status ?? -1, out: stdout + stderr };
}

const filesIn = (folder: string) =>
  existsSync(folder)
    ? readdirSync(folder)
        .filter((name) => name.endsWith('.yml'))
        .map((name) => join(folder, name))
    : [];

const short = (path: string) => path.slice(ROOT.length - ROOT.split('/').at(-1)!.length);
const named = (paths: readonly string[]) => paths.map((path) => [short(path), path] as const);

const checked = [
  ...filesIn(join(OWN, 'check')),
  ...filesIn(SHIPPED),
  ...filesIn(join(ROOT, 'test/vectors/rules/community')),
  ...filesIn(join(PEER, 'promtool')),
];
const tested = [
  ...filesIn(join(OWN, 'unit')),
  ...filesIn(join(SHIPPED, 'tests')),
  ...filesIn(join(PEER, 'promtool')),
];

describe('files of our own', () => {
  it.each(named(filesIn(join(OWN, 'check'))))('check %s', async (name, path) => {
    const { code, out } = await muster('check', path);
    expect(code, out).toBe(name.includes('/good-') ? 0 : 1);
    if (code === 1) expect(out).toMatch(/FAILED:\n {2}\S+\.yml(:\d+:\d+)?: /);
  });

  it.each(named(filesIn(join(OWN, 'unit'))))('test %s', async (name, path) => {
    const { code, out } = await muster('test', path);
    expect(code, out).toBe(name.includes('/good-') ? 0 : 1);
  });

  it('answers in JSON, and runs what is asked for', async () => {
    const path = join(OWN, 'unit/bad-two-of-three.yml');
    const json = await muster('--json', 'test', '--run', 'fine', path);
    expect(json.code).toBe(0);
    expect(JSON.parse(json.out)).toMatchObject([{ passed: 1, failures: [] }]);
    const failing = await muster('test', '--run', 'wrong', '--run', 'nothing', path);
    expect(failing.code).toBe(1);
    expect(failing.out).toContain('+ x{job="a"} 1');
  });

  it('exits as promtool does for what lint finds', async () => {
    const path = join(OWN, 'check/good-duplicate-rules.yml');
    expect((await muster('check', path)).out).toContain('duplicate: a{} is made by 2 rules');
    expect((await muster('check', '--lint-fatal', path)).code).toBe(3);
    expect((await muster('check', '--lint', 'none', '--lint-fatal', path)).code).toBe(0);
  });

  it('names a file that is not there', async () => {
    expect(await muster('check', '/nowhere/rules.yml')).toMatchObject({
      code: 1,
      out: expect.stringContaining('/nowhere/rules.yml: no such file') as string,
    });
  });
});

describe.skipIf(!hasPromtool)('beside promtool', () => {
  it.each(named(checked))('check %s', async (_name, path) => {
    const ours = await muster('check', path);
    const theirs = promtool('check', 'rules', path);
    expect(ours.code, `${ours.out}\n${theirs.out}`).toBe(theirs.code);
  });

  it.each(named(tested))('test %s', async (name, path) => {
    const ours = await muster('test', path);
    if (NEWER.has(name.split('/').at(-1) ?? '')) return expect(ours.code, ours.out).toBe(0);
    const theirs = promtool('test', 'rules', path);
    return expect(ours.code, `${ours.out}\n${theirs.out}`).toBe(theirs.code);
  });

  it('finds the same duplicates', () => {
    const path = join(OWN, 'check/good-duplicate-rules.yml');
    expect(promtool('check', 'rules', '--lint-fatal', path).code).toBe(3);
  });
});
