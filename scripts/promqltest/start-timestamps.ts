/**
 * `metric@st -1m _x3 -5m+1mx4`: how far the start timestamp of each value lies from its time.
 * Without a metric the line holds for all series after it.
 */
import { parseDuration } from '../../collector/core/query/duration.ts';
import type { Lines } from './lines.ts';

const LINE = /^(\S*)@st[ \t]+(.*)$/;
const DURATION = '[+-]?\\d+[a-wyzA-Z]*';
const ITEM = new RegExp(`^(_|\\*|${DURATION})([+-]${DURATION.slice(5)})?(?:x(\\d+))?$`);
/** As many as a series may have values. */
const MOST = 2_102_400;

export function startsLine(text: string): { metric: string; values: string } | undefined {
  const parts = LINE.exec(text);
  return parts === null ? undefined : { metric: parts[1] ?? '', values: parts[2] ?? '' };
}

export function parseStarts(lines: Lines, text: string): readonly (number | undefined)[] {
  const starts: (number | undefined)[] = [];
  let last = 0;
  for (const item of text.split(/[ \t]+/).filter((part) => part !== '')) {
    for (const start of itemStarts(lines, item, last)) {
      starts.push(start);
      last = start ?? last;
      if (starts.length > MOST) lines.fail(`at most ${MOST} start timestamps`);
    }
  }
  return starts;
}

function* itemStarts(lines: Lines, item: string, last: number): Generator<number | undefined> {
  const [, base = '', step, count] = ITEM.exec(item) ?? lines.fail(wrong(item));
  const repeats = Number(count ?? 0);
  if (
    (step !== undefined && (count === undefined || base === '_')) ||
    (base === '_' && count === '0')
  )
    lines.fail(wrong(item));
  if (base === '_') {
    for (let i = 0; i < Math.max(1, repeats); i++) yield undefined;
    return;
  }
  let start = base === '*' ? last : signed(lines, base);
  const change = step === undefined ? 0 : signed(lines, step);
  for (let i = 0; i <= repeats; i++, start += change) yield start;
}

function signed(lines: Lines, text: string): number {
  const ms = parseDuration(text.replace(/^[+-]/, '')) ?? lines.fail(wrong(text));
  return text.startsWith('-') ? -ms : ms;
}

const wrong = (item: string) => `${JSON.stringify(item)} is no start timestamp`;
