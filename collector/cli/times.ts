/** Times as people type them: Unix seconds, RFC 3339, `now`, or `-1h` for an hour ago. */
import { parseDuration, parseTime } from '../core/query/duration.ts';
import { CliError } from './io.ts';

/** Seconds, as the API takes them. */
export function readTime(text: string, now: number): string {
  if (text === 'now') return String(now / 1000);
  const ago = text.startsWith('-') ? parseDuration(text.slice(1)) : undefined;
  const ms = ago === undefined ? parseTime(text) : now - ago;
  if (ms === undefined) {
    throw new CliError(
      `${JSON.stringify(text)} is not a time: give Unix seconds, RFC 3339, now or -1h`,
    );
  }
  return String(ms / 1000);
}
