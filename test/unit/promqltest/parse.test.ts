/** How `.test` files are read. */
import { describe, expect, it } from 'vitest';
import { parseScript } from '../../../scripts/promqltest/parse-script.ts';
import {
  type EvalCommand,
  type LoadCommand,
  ScriptError,
} from '../../../scripts/promqltest/script.ts';

const evalOf = (text: string) =>
  parseScript(text).find((command): command is EvalCommand => command.kind === 'eval');
const loadOf = (text: string) =>
  parseScript(text).find((command): command is LoadCommand => command.kind === 'load');

it('reads commands, blank lines and comments', () => {
  const text = `# a comment
load 1m
  up{job="a"} 1x2
  # ends the block
clear

eval instant at 5m up
  up{job="a"} 1

ignore
eval instant at 0 1
  1
resume
eval range from 0 to 1m step 30s up
`;
  expect(parseScript(text).map(({ kind, line }) => `${kind} ${line}`)).toEqual([
    'load 2',
    'clear 5',
    'eval 7',
    'eval 11',
    'eval 14',
  ]);
  const evals = parseScript(text).filter((command) => command.kind === 'eval');
  expect(evals.map(({ ignored }) => ignored)).toEqual([false, true, false]);
});

describe('load', () => {
  it('has a step, series and perhaps native histograms', () => {
    const load = loadOf('load_with_nhcb 1m30s\n a 1 2\n b{c="d"} _ 3\n');
    expect(load).toMatchObject({ stepMs: 90_000, withNhcb: true });
    expect(load?.series.map(({ values }) => values)).toEqual([
      [1, 2],
      [undefined, 3],
    ]);
  });

  it('knows start timestamps: of one series, of all after it, in steps', () => {
    const load = loadOf(`load 1m
  @st -1m 0s
  a 1 2 3
  b@st _ -30s+10sx2 *
  b 1 2 3 4 5
`);
    expect(load?.series.map(({ starts }) => starts)).toEqual([
      [-60_000, 0, -60_000],
      [undefined, -30_000, -20_000, -10_000, -10_000],
    ]);
  });
});

describe('eval', () => {
  it.each<[string, object]>([
    ['eval instant at 50m a + b', { expression: 'a + b', asked: { type: 'instant', at: 3e6 } }],
    [
      'eval range from 1m to 2m step 10s rate(a[5m])',
      {
        expression: 'rate(a[5m])',
        asked: { type: 'range', steps: { start: 60_000, end: 120_000, step: 10_000 } },
      },
    ],
  ])('%s', (text, expected) => {
    expect(evalOf(text)).toMatchObject(expected);
  });

  it.each<[string, object]>([
    ['1.5e3', { type: 'scalar', value: 1500 }],
    ['-Inf', { type: 'scalar', value: -Infinity }],
    ['0x1F', { type: 'scalar', value: 31 }],
    ['expect string "a\\nb"', { type: 'string', value: 'a\nb' }],
    ['expect string `a"b`', { type: 'string', value: 'a"b' }],
    ['', { type: 'vector', series: [] }],
  ])('expects %j', (line, result) => {
    expect(evalOf(`eval instant at 0 x\n  ${line}\n`)?.expectation.result).toEqual(result);
  });

  it('expects a matrix of an instant query', () => {
    const text = 'eval instant at 0 a[1m]\n expect range vector from 10s to 30s step 10s\n a 1 2 3';
    expect(evalOf(text)?.expectation.result).toMatchObject({
      type: 'matrix',
      steps: { start: 10_000, end: 30_000, step: 10_000 },
    });
  });

  it('expects errors and notes', () => {
    const { expectation } = evalOf(`eval instant at 0 x
  expect fail msg: too many
  expect warn
  expect warn regex: ^PromQL .*(a|b)
  expect no_info
  expect ordered
`) as EvalCommand;
    expect(expectation).toMatchObject({ ordered: true, noInfo: true, noWarn: false });
    expect(expectation.fail?.[0]?.matches('too many')).toBe(true);
    expect(expectation.fail?.[0]?.matches('too many things')).toBe(false);
    expect(expectation.warn[0]?.matches('')).toBe(true);
    expect(expectation.warn[1]?.matches('PromQL warning: b c')).toBe(true);
    expect(expectation.warn[1]?.matches('no PromQL warning: b c')).toBe(false);
  });

  it('knows the older forms', () => {
    const fail = evalOf('eval_fail instant at 0 x\n expected_fail_message oh no\n');
    expect(fail?.expectation.fail?.[0]?.matches('oh no')).toBe(true);
    const like = evalOf('eval_fail instant at 0 x\n expected_fail_regexp oh .o\n');
    expect(like?.expectation.fail?.[0]?.matches('well, oh no!')).toBe(true);
    expect(evalOf('eval_ordered instant at 0 x')?.expectation.ordered).toBe(true);
    expect(evalOf('eval_warn instant at 0 x')?.expectation.warn).toHaveLength(1);
    expect(evalOf('eval_info range from 0 to 1m step 1m x')?.expectation.info).toHaveLength(1);
  });
});

describe('a file that is wrong', () => {
  it.each<[string, number, string]>([
    ['\nload\n', 2, 'load[_with_nhcb] <step>'],
    ['load never\n', 1, '"never" is no duration'],
    ['load 1m\n a 1\n b 1 x\n', 3, 'column 5'],
    ['load 1m\n a@st -1m\n', 2, 'no series after it'],
    ['load 1m\n a@st -1m\n b 1\n', 3, 'another series'],
    ['load 1m\n a@st -1m\n a 1 2\n', 3, '1 start timestamps for 2 values'],
    ['load 1m\n a@st 1m+2m\n a 1 2\n', 2, 'no start timestamp'],
    ['evil instant at 0 x', 1, 'no command'],
    ['eval sometimes x', 1, 'expected eval instant'],
    ['eval instant at when x', 1, '"when" is no duration'],
    ['eval range from 2m to 1m step 1m x', 1, 'the end is before the start'],
    ['eval range from 0 to 1m step 0 x', 1, 'the step is zero'],
    ['eval instant at 0 x\n expect nothing\n', 2, 'expected `expect'],
    ['eval instant at 0 x\n expect fail\n expect fail\n', 3, 'only one'],
    ['eval instant at 0 x\n expect warn\n expect no_warn\n', 3, 'exclude'],
    ['eval instant at 0 x\n expect info\n expect no_info\n', 3, 'exclude'],
    ['eval instant at 0 x\n expect warn regex: (\n', 2, 'pattern'],
    ['eval instant at 0 x\n expect string a\n', 2, 'quoted'],
    ['eval instant at 0 x\n x 1 2\n', 2, 'range vector'],
    ['eval instant at 0 x\n x 1 %\n', 2, 'column 5'],
  ])('%j', (text, line, message) => {
    const read = () => parseScript(text);
    expect(read).toThrow(ScriptError);
    expect(read).toThrow(`line ${line}: `);
    expect(read).toThrow(message);
  });
});
