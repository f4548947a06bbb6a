/** Runs a program that the device's own configuration names. */
import type { Infer } from '../../protocol/config/schema.ts';
import { count, dictionary, list, object, text } from '../../protocol/config/schema.ts';
import { programProblems } from '../core/program-rules.ts';
import { failureOf, isMissing, runProgram } from './kit/program.ts';
import { failed } from './kit/say.ts';
import { task } from './task.ts';

const schema = object('Runs a program, not through a shell', {
  program: text('The program, absolute', { pattern: '^/' }),
  args: list('Its arguments, as they are', { ...text('An argument'), minLength: 0 }),
  exitCodes: list('Exit codes that are good; none: 0', count('An exit code', { min: 0, max: 255 })),
  env: dictionary('Environment beside PATH and the language', '^[A-Za-z_][A-Za-z0-9_]*$', {
    ...text('A value'),
    minLength: 0,
  }),
});

type Options = Infer<typeof schema>;

export const execTask = task<Options>({
  kind: 'exec',
  summary: 'runs a program',
  schema,
  timeoutSeconds: 300,
  root: false,

  claims: ({ program }) => [`program:${program}`],

  problems: ({ program, args, env }) => [
    ...programProblems(program, args),
    ...Object.keys(env ?? {})
      .filter((name) => name.startsWith('LD_'))
      .map((name) => ({ key: `env.${name}`, message: 'changes what the program loads' })),
  ],

  async run({ program, args, exitCodes, env }, context) {
    const command = [program, ...args] as const;
    if (context.dryRun) {
      const line = command.map((each) => JSON.stringify(each)).join(' ');
      return { ok: true, text: `would run ${line}`, changes: [], figures: {} };
    }
    const settings = { cwd: context.folder, ...(env === undefined ? {} : { env }) };
    const result = await runProgram(context, command, settings);
    const failure = failureOf(command, result, exitCodes.length === 0 ? [0] : exitCodes);
    if (failure !== undefined) return failed(failure, isMissing(result));
    const code = result.code ?? 0;
    return {
      ok: true,
      text: `${program} ended with ${code}`,
      changes: [],
      figures: { exit_code: code },
    };
  },
});
