/** Durations and series in a script, with its line when they are wrong. */
import { parseDuration } from '../../collector/core/query/duration.ts';
import { NotationError } from '../../collector/promql/notation/error.ts';
import { parseSeries, type SeriesDescription } from '../../collector/promql/notation/series.ts';
import type { Lines } from './lines.ts';

export function durationOf(lines: Lines, text: string, what: string): number {
  const ms = parseDuration(text);
  return ms ?? lines.fail(`${what} ${JSON.stringify(text)} is no duration`);
}

export function seriesOf(lines: Lines, text: string): SeriesDescription {
  try {
    return parseSeries(text);
  } catch (error) {
    if (!(error instanceof NotationError)) throw error;
    return lines.fail(`column ${error.position + 1} of ${JSON.stringify(text)}: ${error.message}`);
  }
}
