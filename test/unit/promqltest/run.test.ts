/** Whole scripts, run over an engine that answers from a table. */
import { describe, expect, it } from 'vitest';
import { LabelSet } from '../../../collector/core/label-set.ts';
import type {
  Engine,
  Evaluated,
  EvaluationOptions,
  Value,
} from '../../../collector/core/query/engine.ts';
import { QueryError } from '../../../collector/core/query/types.ts';
import { conformancePage } from '../../../scripts/promqltest/conformance.ts';
import { fileReport, sumReport } from '../../../scripts/promqltest/report.ts';
import {
  type CaseResult,
  type RunOptions,
  runScript,
} from '../../../scripts/promqltest/run-script.ts';
import { tally } from '../../../scripts/promqltest/tally.ts';

const evaluated = (value: Value): Evaluated => ({
  value,
  warnings: [],
  infos: [],
  stats: { samples: 0, peakSamples: 0 },
});

/** Answers `up` with `value(at)`; waits for its signal at `hang`; refuses all else. */
class TableEngine implements Engine {
  readonly asked: string[] = [];
  private readonly value: (at: number) => number;

  constructor(value: (at: number) => number = () => 1) {
    this.value = value;
  }

  instant(expression: string, at: number, { signal }: EvaluationOptions = {}): Promise<Evaluated> {
    this.asked.push(`${expression} at ${at}`);
    if (expression.startsWith('hang')) return hung(signal);
    if (!expression.startsWith('up')) return Promise.reject(new QueryError('execution', 'no such'));
    const sample = { labels: LabelSet.EMPTY, time: at, value: this.value(at) };
    return Promise.resolve(evaluated({ type: 'vector', samples: [sample] }));
  }

  range(
    expression: string,
    steps: { start: number; end: number; step: number },
  ): Promise<Evaluated> {
    this.asked.push(`${expression} from ${steps.start} to ${steps.end}`);
    const times: number[] = [];
    for (let time = steps.start; time <= steps.end; time += steps.step) times.push(time);
    const values = Float64Array.from(times, this.value);
    const one = { labels: LabelSet.EMPTY, times: Float64Array.from(times), values };
    return Promise.resolve(evaluated({ type: 'matrix', series: [one] }));
  }
}

function hung(signal: AbortSignal | undefined): Promise<Evaluated> {
  return new Promise((_, reject) => {
    signal?.addEventListener('abort', () => reject(new QueryError('timeout', 'out of time')));
  });
}

const options = (engine: Engine, over: Partial<RunOptions> = {}): RunOptions => ({
  engineOver: () => engine,
  limitMs: 20,
  leaveOut: new Set(),
  expectedFailures: [],
  ...over,
});
const run = (text: string, engine: Engine = new TableEngine(), over: Partial<RunOptions> = {}) =>
  runScript('a.test', text, options(engine, over));
const statuses = (results: readonly CaseResult[]) => results.map(({ outcome }) => outcome.status);

describe('an instant query', () => {
  it('is asked with @ at other times, and as the middle of a range', async () => {
    const engine = new TableEngine();
    expect(statuses(await run('eval instant at 1m up\n  {} 1', engine))).toEqual(['passed']);
    expect(engine.asked.slice(0, 4)).toEqual([
      'up at 60000',
      'up from 0 to 120000',
      'up @ 60.000 at -600000',
      'up @ 60.000 from -660000 to -540000',
    ]);
    expect(engine.asked).toHaveLength(12);
  });

  it('fails when a variant gives something else', async () => {
    const engine = new TableEngine((at) => (at < 0 ? 2 : 1));
    const [result] = await run('eval instant at 1m up\n  {} 1', engine);
    expect(result?.outcome).toMatchObject({
      status: 'failed',
      failure: { asked: 'up @ 60.000 at -600 s', reason: '{}: expected 1, got 2' },
    });
  });

  it('must fail when it shall', async () => {
    const text =
      'eval instant at 0 nope\n expect fail msg: no such\n\neval instant at 0 up\n expect fail';
    const results = await run(text);
    expect(statuses(results)).toEqual(['passed', 'failed']);
    expect(results[1]?.outcome).toMatchObject({ failure: { reason: 'did not fail' } });
  });

  it('has a time limit', async () => {
    const [result] = await run('eval instant at 0 hang\n  {} 1');
    expect(result?.outcome).toMatchObject({ failure: { got: 'error: out of time' } });
  });

  it('that cannot be read is a failure, also where one is expected', async () => {
    const [result] = await run('eval instant at 0 up[\n expect fail');
    expect(result?.outcome).toMatchObject({ failure: { reason: 'cannot be read' } });
  });
});

it('holds a range query against its values', async () => {
  const engine = new TableEngine((at) => at / 1000);
  const text =
    'eval range from 0 to 2s step 1s up\n  {} 0 1 2\n\neval range from 0 to 1s step 1s up\n  {} 0 2';
  expect(statuses(await run(text, engine))).toEqual(['passed', 'failed']);
});

const MIXED = `load 1m
  classic 1
  native {{sum:1}}

eval instant at 0 nope + classic
  {} 1

eval instant at 0 nope + native
  {} 1

eval instant at 0 limitk(1, classic)
  {} 1

ignore
eval instant at 0 up
  {} 1

resume
eval instant at 0 up
  {} {{sum:1}}
`;

it('classes cases by what they need, and leaves classes out', async () => {
  const results = await run(MIXED);
  expect(results.map((result) => result.class)).toEqual([
    'float',
    'histogram',
    'experimental',
    'float',
    'histogram',
  ]);
  const some = await run(MIXED, undefined, { leaveOut: new Set(['histogram', 'experimental']) });
  expect(tally(some)).toEqual({
    cases: 5,
    passed: 0,
    failed: 1,
    expected: 0,
    leftOut: { histogram: 2, experimental: 1, 'ignored by the file': 1 },
  });
});

it('lists expected failures with their reason', async () => {
  const expectedFailures = [
    { file: 'a.test', expression: 'nope + classic', reason: 'nobody needs it' },
    { file: 'a.test', expression: 'nope + native', line: 1, reason: 'another line' },
    { file: 'b.test', expression: 'limitk(1, classic)', reason: 'another file' },
  ];
  const results = await run(MIXED, undefined, { expectedFailures });
  expect(tally(results)).toMatchObject({ failed: 3, expected: 1 });
  const files = [
    { file: 'a.test', results },
    { file: 'c.test', results: [], problem: 'c.test:1: no' },
  ];
  expect(fileReport(files[0] as (typeof files)[0], false).join('\n')).toContain(
    'FAILED (expected: nobody needs it) a.test:5: nope + classic',
  );
  expect(sumReport(files).at(-1)).toBe(
    'sum: 2 files, 5 cases, 0 passed, 3 failed, 1 failed as expected, 1 left out (1 ignored by the file), 1 files cannot be run',
  );
  const page = conformancePage(files, '2026-01-02');
  expect(page).toContain('| a.test | 5 | 0 | 3 | 1 | 1 |');
  expect(page).toContain('- `a.test:5` `` nope + classic ``: nobody needs it');
  expect(page).toContain('2026-01-02');
});
