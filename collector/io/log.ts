/** Log lines on standard error, where systemd's journal or a person reads them. */
import { fstatSync } from 'node:fs';
import { type LogFormat, type LogLevel, logLine, wanted } from '../../protocol/log/line.ts';
import type { Log, LogFields } from '../ports.ts';

export interface LogOptions {
  /** Lines below this level are not written. Asked at each line, so that a reload changes it. */
  readonly level?: () => LogLevel;
  /** Default `logfmt`. */
  readonly format?: LogFormat;
  /** `<N>` before each line, and no time: the journal has its own. Default: what stderr is. */
  readonly journald?: boolean;
  readonly write?: (line: string) => void;
  readonly now?: () => number;
}

export function createLog(options: LogOptions = {}): Log {
  const level = options.level ?? (() => 'info');
  const journald = options.journald ?? stderrIsJournal(process.env['JOURNAL_STREAM']);
  const style = { format: options.format ?? 'logfmt', journald };
  const write = options.write ?? ((line: string) => void process.stderr.write(line));
  const now = options.now ?? Date.now;
  const line = (of: LogLevel) => (message: string, fields?: LogFields) => {
    if (wanted(of, level())) write(`${logLine(style, of, now(), message, fields)}\n`);
  };
  return { debug: line('debug'), info: line('info'), warn: line('warn'), error: line('error') };
}

/** systemd names the device and inode it gave; a redirected stderr is another one. */
export function stderrIsJournal(stream: string | undefined, fd = 2): boolean {
  if (stream === undefined) return false;
  try {
    const { dev, ino } = fstatSync(fd);
    return stream === `${dev}:${ino}`;
  } catch {
    return false;
  }
}
