/** `load <step>` and the series under it. */
import { durationOf, seriesOf } from './fields.ts';
import type { Lines } from './lines.ts';
import type { LoadCommand, LoadedSeries } from './script.ts';
import { parseStarts, startsLine } from './start-timestamps.ts';

const LOAD = /^load(?:_(with_nhcb))?\s+(.+?)$/;

type Starts = readonly (number | undefined)[];

interface Pending {
  readonly key: string;
  readonly starts: Starts;
}

export function parseLoad(lines: Lines, line: string): LoadCommand {
  const parts = LOAD.exec(line) ?? lines.fail('expected load[_with_nhcb] <step>');
  const { number } = lines;
  const stepMs = durationOf(lines, parts[2] ?? '', 'the step');
  const series = new Map<string, LoadedSeries>();
  let shared: Starts | undefined;
  let pending: Pending | undefined;
  for (const text of lines.block()) {
    const starts = startsLine(text);
    if (starts === undefined) {
      const loaded = loadedSeries(lines, text, pending, shared);
      series.set(loaded.labels.key, loaded);
      pending = undefined;
    } else if (pending !== undefined) {
      lines.fail('the @st line before this one has no series');
    } else if (starts.metric === '') {
      shared = parseStarts(lines, starts.values);
    } else {
      const { key } = seriesOf(lines, starts.metric).labels;
      pending = { key, starts: parseStarts(lines, starts.values) };
    }
  }
  if (pending !== undefined) lines.fail('the @st line has no series after it');
  const withNhcb = parts[1] !== undefined;
  return { kind: 'load', line: number, stepMs, withNhcb, series: [...series.values()] };
}

function loadedSeries(
  lines: Lines,
  text: string,
  own: Pending | undefined,
  shared: Starts | undefined,
): LoadedSeries {
  const { labels, values } = seriesOf(lines, text);
  if (own !== undefined && own.key !== labels.key) {
    lines.fail('the @st line before this one is of another series');
  }
  if (own !== undefined && own.starts.length !== values.length) {
    lines.fail(`${own.starts.length} start timestamps for ${values.length} values`);
  }
  const starts = own?.starts ?? cycled(shared, values.length);
  return starts === undefined ? { labels, values } : { labels, values, starts };
}

function cycled(starts: Starts | undefined, length: number): Starts | undefined {
  if (starts === undefined || starts.length === 0) return undefined;
  return Array.from({ length }, (_, index) => starts[index % starts.length]);
}
