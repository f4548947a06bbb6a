import { parseArgs } from 'node:util';
import { expect, test } from 'vitest';
import { type Bench, runBench } from '../../../scripts/lib/run-bench.ts';
import { readArguments } from '../../load/fleet/arguments.ts';

const lines: string[] = [];
const print = (line: string) => void lines.push(line);

async function told(bench: Bench, ...args: string[]) {
  lines.length = 0;
  return { code: await runBench('some', bench, args, print), lines: [...lines] };
}

let ran: unknown;
const bench: Bench = {
  describe: 'Some bench: [--runs 3]',
  run(args) {
    ran = parseArgs({ args, options: { runs: { type: 'string', default: '3' } } }).values.runs;
    return Promise.resolve();
  },
};

test('--help prints the arguments and runs nothing', async () => {
  ran = undefined;
  const { code, lines } = await told(bench, '--help');
  expect([code, ran]).toEqual([0, undefined]);
  expect(lines.join('\n')).toContain('Some bench: [--runs 3]');
});

test.each([
  ['--rums', "Unknown option '--rums'"],
  ['--runs', "Option '--runs <value>' argument missing"],
  ['five', "Unexpected argument 'five'"],
])('what it does not know (%s) is one line, and exit code 2', async (argument, message) => {
  const { code, lines } = await told(bench, argument);
  expect(code).toBe(2);
  expect(lines).toEqual([
    expect.stringMatching(new RegExp(`^bench some: ${message}[^\n]*--help[^\n]*$`)),
  ]);
});

test.each([
  ['--devices=none', '--devices none: a positive number is needed'],
  ['--misbehave=loud', '--misbehave loud: one of late'],
])('a value that makes no sense (%s) as well', async (argument, message) => {
  const fleet: Bench = {
    describe: '',
    run(args) {
      readArguments(args);
      return Promise.resolve();
    },
  };
  const { code, lines } = await told(fleet, argument);
  expect([code, lines.length]).toEqual([2, 1]);
  expect(lines[0]).toContain(message);
});

test('what goes wrong later is thrown as it is', async () => {
  const failing: Bench = { describe: '', run: () => Promise.reject(new Error('no disk')) };
  await expect(told(failing)).rejects.toThrow('no disk');
  expect(await told(bench, '--runs', '5')).toEqual({ code: undefined, lines: [] });
  expect(ran).toBe('5');
});
