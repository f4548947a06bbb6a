/** Log lines on standard error, where systemd's journal or a person reads them. */
import { fstatSync } from 'node:fs';
import { type LogFormat, type LogLevel, logLine, wanted } from '../../protocol/log/line.ts';
import type { Log, LogFields } from '../ports.ts';

export interface LogOptions {
  /** Asked at each line, so that a reload changes it at once. */
  readonly level: () => LogLevel;
  readonly format: LogFormat;
}

export function createLog({ level, format }: LogOptions): Log {
  const style = { format, journald: stderrIsJournal(process.env['JOURNAL_STREAM']) };
  const write = (of: LogLevel) => (message: string, fields?: LogFields) => {
    if (wanted(of, level()))
      process.stderr.write(`${logLine(style, of, Date.now(), message, fields)}\n`);
  };
  return { debug: write('debug'), info: write('info'), warn: write('warn'), error: write('error') };
}

/** systemd names the device and inode that it gave us as stderr; a redirected one differs. */
function stderrIsJournal(stream: string | undefined): boolean {
  if (stream === undefined) return false;
  const { dev, ino } = fstatSync(2);
  return stream === `${dev}:${ino}`;
}
