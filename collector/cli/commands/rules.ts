/** `muster rules`: checks and tests rule files as promtool does, and lists the collector's rules. */
import type { Command } from 'commander';
import { contextOf } from '../context.ts';
import { CliError, type CliIo } from '../io.ts';

interface CheckOptions {
  readonly lint: 'all' | 'duplicate-rules' | 'none';
  readonly lintFatal?: boolean;
  readonly ignoreUnknownFields?: boolean;
}

interface TestOptions {
  readonly run?: readonly string[];
  readonly ignoreUnknownFields?: boolean;
}

const LINTS = ['all', 'duplicate-rules', 'none'];

export function rules(program: Command, io: CliIo): void {
  const group = program.command('rules').description('recording and alerting rules');
  check(group, io);
  test(group, io);
  list(group, io);
}

function check(group: Command, io: CliIo): void {
  group
    .command('check <files...>')
    .description('whether rule files are good; exits with 1 when not, as promtool check rules')
    .option('--lint <kind>', `what else to look for: ${LINTS.join(', ')}`, 'duplicate-rules')
    .option('--lint-fatal', 'exit with 3 when lint finds something')
    .option('--ignore-unknown-fields', 'pass over keys that Prometheus does not know')
    .action(async (files: string[], options: CheckOptions, command: Command) => {
      const { answer } = contextOf(io, command);
      if (!LINTS.includes(options.lint)) {
        throw new CliError(`--lint is one of ${LINTS.join(', ')}, not ${options.lint}`);
      }
      // The parsers are large, and most commands do without them.
      const { checkFiles, checkText } = await import('./rules/check.ts');
      const results = await checkFiles(files, {
        ignoreUnknown: options.ignoreUnknownFields ?? false,
        duplicates: options.lint !== 'none',
      });
      answer(results, () => checkText(results));
      const bad = results.filter(({ ok }) => !ok).length;
      if (bad > 0) throw new CliError(`${bad} of ${results.length} rule files are refused`);
      const linted = results.some(({ duplicates }) => duplicates.length > 0);
      if (linted && options.lintFatal === true) throw new LintError('lint found something');
    });
}

function test(group: Command, io: CliIo): void {
  group
    .command('test <files...>')
    .description('runs unit tests of rules; exits with 1 when one fails, as promtool test rules')
    .option(
      '--run <pattern>',
      'only tests whose name matches (a regular expression); may be given again',
      (pattern: string, before: readonly string[] = []) => [...before, pattern],
    )
    .option('--ignore-unknown-fields', 'pass over keys that Prometheus does not know')
    .action(async (files: string[], options: TestOptions, command: Command) => {
      const { answer, io: world } = contextOf(io, command);
      const { testFiles, testText } = await import('./rules/test.ts');
      const results = await testFiles(files, {
        run: (options.run ?? []).map(readPattern),
        ignoreUnknown: options.ignoreUnknownFields ?? false,
      });
      for (const { file, warnings } of results) {
        for (const warning of warnings) world.err(`warning: ${file}: ${warning}\n`);
      }
      answer(results, () => testText(results));
      const bad = results.filter(({ failures }) => failures.length > 0).length;
      if (bad > 0) throw new CliError(`${bad} of ${results.length} test files failed`);
    });
}

function list(group: Command, io: CliIo): void {
  group
    .command('list')
    .description('rules of the collector, their health and what fires')
    .option('--type <type>', 'alert or record')
    .action(async ({ type }: { readonly type?: string }, command: Command) => {
      const { client, answer } = contextOf(io, command);
      const { listText } = await import('./rules/list.ts');
      const parameters = new URLSearchParams(type === undefined ? {} : { type });
      const { data } = await client.json<{ data: { groups: [] } }>('/api/v1/rules', parameters);
      answer(data.groups, () => listText(data.groups));
    });
}

/** promtool's exit code for what lint finds. */
class LintError extends CliError {
  override readonly exitCode: number = 3;
}

function readPattern(text: string): RegExp {
  try {
    return new RegExp(text);
  } catch (error) {
    throw new CliError(`--run: ${String(error)}`);
  }
}
