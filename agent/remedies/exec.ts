/** Runs a program as the agent's user. There is no shell: a program and its arguments. */
import { list, object, text } from '../../protocol/config/schema.ts';
import { programProblems } from '../core/program-rules.ts';
import { remedy } from './remedy.ts';

interface Options {
  readonly program: string;
  readonly args: readonly string[];
  readonly claims: readonly string[];
}

export const exec = remedy<Options>({
  kind: 'exec',
  summary: 'runs a program as the agent’s user',
  timeoutSeconds: 60,
  schema: object('Runs a program as the agent’s user; exit code 0 means that it worked.', {
    program: text('The program, absolute; no shell.', {
      pattern: '^/',
      examples: ['/usr/local/bin/mend'],
    }),
    args: list('Its arguments.', text('One argument.', { minLength: 0 })),
    claims: list(
      'What it works on (`unit:web.service`, `task:tidy`, `machine`, or a word of your own): no' +
        ' other remedy works on that meanwhile.',
      text('One thing.', { pattern: '^[^\\s]{1,256}$' }),
    ),
  }),
  problems: ({ program, args }) => programProblems(program, args),
  claims: ({ program, claims }) => [`program:${program}`, ...claims],
  async run({ program, args }, { runner, signal, timeoutMs }) {
    const result = await runner.run([program, ...args], { signal, timeoutMs });
    const { code, refused, timedOut, tail: output } = result;
    if (refused !== undefined) return { ok: false, text: `${program} did not start: ${refused}` };
    if (timedOut) return { ok: false, text: `${program} did not end in time`, output };
    const how = code === undefined ? `was ended by ${result.signal}` : `ended with ${code}`;
    return { ok: code === 0, text: `${program} ${how}`, output };
  },
});
