/** `eval instant at …` and `eval range from … to … step …` with what is expected of them. */
import type { RangeSteps } from '../../collector/core/query/types.ts';
import { durationOf, seriesOf } from './fields.ts';
import type { Lines } from './lines.ts';
import { parseNumber, parseString } from './literals.ts';
import {
  ANYTHING,
  type Annotated,
  messagePattern,
  nothingExpected,
  parseExpect,
  regexPattern,
} from './parse-expect.ts';
import type { Asked, EvalCommand, ExpectedResult, ExpectedSeries } from './script.ts';

const INSTANT = /^eval(?:_(fail|warn|ordered|info))?\s+instant\s+(?:at\s+(.+?))?\s+(.+)$/;
const RANGE =
  /^eval(?:_(fail|warn|info))?\s+range\s+from\s+(.+)\s+to\s+(.+)\s+step\s+(.+?)\s+(.+)$/;
const RANGE_VECTOR = /^expect range vector\s+from\s+(.+)\s+to\s+(.+)\s+step\s+(.+)$/;
const STRING = /^expect string\s*(.*)$/;
const OLD_FAIL = /^expected_fail_(message|regexp)\s*(.*)$/;

interface Head {
  readonly mode: string | undefined;
  readonly expression: string;
  readonly asked: Asked;
}

interface Gathered {
  readonly notes: Annotated;
  readonly series: Map<string, ExpectedSeries>;
  scalar?: number;
  text?: string;
  steps?: RangeSteps;
}

export function parseEval(lines: Lines, line: string, ignored: boolean): EvalCommand {
  const { number } = lines;
  const { mode, expression, asked } = parseHead(lines, line);
  const gathered: Gathered = { notes: nothingExpected(), series: new Map() };
  applyMode(gathered.notes, mode);
  for (const expected of lines.block()) {
    if (!parseExpected(lines, expected, gathered)) break;
    if (asked.type === 'instant' && gathered.steps === undefined) refuseSeveral(lines, gathered);
  }
  const expectation = { ...gathered.notes, result: resultOf(gathered, asked) };
  return { kind: 'eval', line: number, expression, asked, expectation, ignored };
}

function parseHead(lines: Lines, line: string): Head {
  const instant = INSTANT.exec(line);
  if (instant !== null) {
    const [, mode, at = '', expression = ''] = instant;
    return { mode, expression, asked: { type: 'instant', at: durationOf(lines, at, 'the time') } };
  }
  const range = RANGE.exec(line);
  if (range === null) {
    return lines.fail(
      'expected eval instant at <t> <query>, or eval range from … to … step <s> <query>',
    );
  }
  const [, mode, from = '', to = '', step = '', expression = ''] = range;
  return { mode, expression, asked: { type: 'range', steps: stepsOf(lines, from, to, step) } };
}

function stepsOf(lines: Lines, from: string, to: string, by: string): RangeSteps {
  const start = durationOf(lines, from, 'the start');
  const end = durationOf(lines, to, 'the end');
  const step = durationOf(lines, by, 'the step');
  if (end < start) lines.fail('the end is before the start');
  if (step === 0) lines.fail('the step is zero');
  return { start, end, step };
}

/** The older form says it in the command: `eval_fail`. */
function applyMode(notes: Annotated, mode: string | undefined): void {
  if (mode === 'ordered') notes.ordered = true;
  if (mode === 'fail') notes.fail = [];
  if (mode === 'warn') notes.warn.push(ANYTHING);
  if (mode === 'info') notes.info.push(ANYTHING);
}

/** False: nothing may follow. */
function parseExpected(lines: Lines, line: string, into: Gathered): boolean {
  const old = into.notes.fail === undefined ? null : OLD_FAIL.exec(line);
  if (old !== null) {
    const [, kind, text = ''] = old;
    const pattern = kind === 'message' ? messagePattern(text) : regexPattern(lines, text);
    into.notes.fail?.push(pattern);
    return false;
  }
  if (line.startsWith('expect range vector')) {
    const [, from = '', to = '', step = ''] =
      RANGE_VECTOR.exec(line) ?? lines.fail('expected range vector from … to … step …');
    into.steps = stepsOf(lines, from, to, step);
    return true;
  }
  const text = STRING.exec(line);
  if (text !== null) into.text = parseString(lines, text[1] ?? '');
  else if (/^expect( |$)/.test(line)) parseExpect(lines, line, into.notes);
  else return parseValue(lines, line, into);
  return true;
}

function parseValue(lines: Lines, line: string, into: Gathered): boolean {
  const scalar = parseNumber(line);
  if (scalar !== undefined) {
    into.scalar = scalar;
    return false;
  }
  const series = seriesOf(lines, line);
  into.series.set(series.labels.key, series);
  return true;
}

function refuseSeveral(lines: Lines, { series }: Gathered): void {
  for (const { values } of series.values()) {
    if (values.length > 1)
      lines.fail('several values need `expect range vector from … to … step …`');
  }
}

function resultOf(gathered: Gathered, asked: Asked): ExpectedResult {
  const { scalar, text, steps } = gathered;
  if (text !== undefined) return { type: 'string', value: text };
  if (scalar !== undefined) return { type: 'scalar', value: scalar };
  const series = [...gathered.series.values()];
  if (steps !== undefined) return { type: 'matrix', steps, series };
  if (asked.type === 'range') return { type: 'matrix', steps: asked.steps, series };
  return { type: 'vector', series };
}
