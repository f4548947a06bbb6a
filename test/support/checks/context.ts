/** What a check is run with, on memory instead of a machine. */
import type { Check, CheckContext, CheckFinding } from '../../../agent/checks/check.ts';
import type { Runner, RunResult } from '../../../agent/ports/caretaking.ts';
import { check as validate } from '../../../protocol/config/check.ts';
import { FakeClock } from '../fake-clock.ts';
import { memoryHost } from '../memory-host.ts';

export function checkContext(more: Partial<CheckContext> = {}): CheckContext {
  return {
    host: memoryHost({}),
    clock: new FakeClock(1_000_000),
    runner: answering({ refused: 'ENOENT' }),
    prober: {} as CheckContext['prober'],
    ending: { isOver: false, whenOver: () => () => {} },
    timeoutMs: 5_000,
    folder: '/etc/muster',
    memory: new Map(),
    ...more,
  };
}

/** A runner whose programs all end like this. */
export function answering(result: Partial<RunResult>): Runner {
  return {
    run: () =>
      Promise.resolve({
        code: 0,
        signal: undefined,
        timedOut: false,
        stdout: '',
        stderr: '',
        tail: '',
        ...result,
      }),
  };
}

/** The options as the configuration would hand them over, or everything that is wrong with them. */
export function optionsOf(of: Check, written: object): unknown {
  const { value, problems } = validate(of.schema, written as Readonly<Record<string, unknown>>);
  const own = value === undefined ? [] : (of.problems?.(value) ?? []);
  const found = [
    ...problems.map(({ keys, message }) => `${keys.join('.')}: ${message}`),
    ...own.map(({ key, message }) => `${key}: ${message}`),
  ];
  if (found.length > 0) throw new Error(found.join('; '));
  return value;
}

/** One run, as `state: text`. */
export async function lookOnce(of: Check, written: object, context: CheckContext): Promise<string> {
  const { state, text } = await finding(of, written, context);
  return `${state}: ${text}`;
}

export function finding(of: Check, written: object, context: CheckContext): Promise<CheckFinding> {
  return of.run(optionsOf(of, written), context);
}
