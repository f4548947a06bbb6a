/** Runs a program of the system and tells in its words what it did not like. */

import type { UpdateCode } from '../../core/updates/codes.ts';
import { UpdateError } from '../../core/updates/codes.ts';
import type { InstallContext } from '../installer.ts';

export interface Running {
  readonly code: UpdateCode;
  readonly timeoutMs: number;
  readonly env?: Readonly<Record<string, string>>;
}

const MOST_WORDS = 500;
/** Of what it says, for the report; a program may say more than this machine can hold. */
const MOST_OUTPUT = 65_536;

export async function runProgram(
  command: readonly [string, ...string[]],
  { code, timeoutMs, env = {} }: Running,
  { runner, signal, print }: Pick<InstallContext, 'runner' | 'signal' | 'print'>,
): Promise<string> {
  const result = await runner.run(command, {
    ...{ timeoutMs, signal, env, keepBytes: 65_536 },
    output: bounded(print),
  });
  if (result.code === 0) return result.stdout;
  const [program] = command;
  if (result.refused === 'ENOENT') {
    throw new UpdateError('unsupported', `${program} is not installed on this device`);
  }
  const words = result.tail.trim().replaceAll(/\s+/g, ' ').slice(-MOST_WORDS);
  const how = result.timedOut
    ? 'did not end in time'
    : `ended with ${result.code ?? result.signal}`;
  throw new UpdateError(
    code,
    `${program} ${result.refused ?? how}${words === '' ? '' : `: ${words}`}`,
  );
}

function bounded(print: (line: string) => void): (text: string) => void {
  let left = MOST_OUTPUT;
  return (text) => {
    if (left <= 0) return;
    left -= text.length;
    print(left > 0 ? text.trimEnd() : '(and more, which is not kept)');
  };
}
