/**
 * A program that speaks as monitoring plug-ins do (Nagios' plug-in API): exit code 0 is good, 1 a
 * warning, 2 critical, all else unknown; the first line is for people, figures stand behind `|`.
 */
import { dictionary, type Infer, list, object, text } from '../../protocol/config/schema.ts';
import { CHECK_STATES } from '../../protocol/messages/health.ts';
import { programProblems } from '../core/program-rules.ts';
import type { RunResult } from '../ports/caretaking.ts';
import { type CheckFigure, type CheckFinding, check } from './check.ts';
import { oneLine, shownSeconds } from './kit/text.ts';
import { type PerformanceValue, parsePerformanceData } from './parse/performance-data.ts';
import { parsePluginOutput } from './parse/plugin-output.ts';

const KEEP_BYTES = 16_384;
const LONGEST_TEXT = 400;

const schema = object('Runs a program; there is no shell.', {
  program: text('Absolute path of the program.', {
    pattern: '^/',
    examples: ['/usr/lib/nagios/plugins/check_load'],
  }),
  args: list('Its arguments.', text('Argument.', { minLength: 0 })),
  env: dictionary(
    'Environment variables.',
    '^[A-Za-z_][A-Za-z0-9_]*$',
    text('Value.', { minLength: 0 }),
  ),
});

type Options = Infer<typeof schema>;

export const execCheck = check<Options>({
  kind: 'exec',
  summary: 'a monitoring plug-in (Nagios’ API): exit code, text, performance data',
  schema,
  intervalSeconds: 60,
  timeoutSeconds: 30,

  problems: ({ program, args, env }) => {
    const found = Object.entries(env).filter(([, value]) => value.includes('\0'));
    return [
      ...programProblems(program, args),
      ...found.map(([name]) => ({ key: `env.${name}`, message: 'holds a NUL' })),
    ];
  },

  async run({ program, args, env }, { runner, ending, timeoutMs }) {
    const result = await runner.run([program, ...args], {
      timeoutMs,
      ending,
      keepBytes: KEEP_BYTES,
      env: { LC_ALL: 'C', ...env },
    });
    if (result.timedOut) return { state: 'critical', text: late(program, timeoutMs) };
    // By whoever looks: it knows whether its time was over.
    const isStopped = ending.isOver && result.refused === undefined;
    if (isStopped) return { state: 'unknown', text: `${program} was stopped` };
    if (result.code === undefined) return { state: 'unknown', text: whyNot(program, result) };
    const { text: line, performance } = parsePluginOutput(result.stdout);
    const said = oneLine(line || result.stderr, LONGEST_TEXT);
    return finding(program, result.code, said, performance);
  },
});

function finding(program: string, code: number, said: string, performance: string): CheckFinding {
  const figures = figuresOf(parsePerformanceData(performance));
  const known = CHECK_STATES[code];
  const text = said || `${program} said nothing`;
  return {
    state: known ?? 'unknown',
    text: known === undefined ? `${text} (exit code ${code})` : text,
    ...(figures.length === 0 ? {} : { figures }),
  };
}

/** The first of a name: two of them would be one series. */
function figuresOf(values: readonly PerformanceValue[]): readonly CheckFigure[] {
  const byName = new Map<string, CheckFigure>();
  for (const { label, unit, value } of values) {
    const name = oneLine(label);
    if (!byName.has(name)) byName.set(name, { name, unit, value });
  }
  return [...byName.values()];
}

function late(program: string, timeoutMs: number): string {
  return `${program} was stopped: not through after ${shownSeconds(timeoutMs / 1000)}`;
}

function whyNot(program: string, { refused, signal }: RunResult): string {
  if (refused === 'ENOENT') return `${program} is not there`;
  if (refused === 'EACCES') return `${program} may not be run by me`;
  if (refused !== undefined) return `${program} could not be started: ${refused}`;
  return `${program} was ended by ${signal ?? 'an unknown signal'}`;
}
