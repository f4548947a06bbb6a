/**
 * Structured log lines: logfmt for people and grep, JSON on request, and the priority prefixes of
 * sd-daemon(3) when systemd's journal reads them.
 */
import { fstatSync } from 'node:fs';
import type { Log, LogFields } from '../ports.ts';

export type LogLevel = 'debug' | 'info' | 'warn' | 'error';

const ORDER: readonly LogLevel[] = ['debug', 'info', 'warn', 'error'];
/** syslog's priorities. */
const PRIORITY: Readonly<Record<LogLevel, number>> = { debug: 7, info: 6, warn: 4, error: 3 };

export interface LogOptions {
  /** Lines below this level are not written. Default `info`. */
  readonly level?: LogLevel;
  /** Default `logfmt`. */
  readonly format?: 'logfmt' | 'json';
  /** `<N>` before each line, and no time: the journal has its own. Default: what stderr is. */
  readonly journald?: boolean;
  readonly write?: (line: string) => void;
  readonly now?: () => number;
}

export function createLog(options: LogOptions = {}): Log {
  const least = ORDER.indexOf(options.level ?? 'info');
  const journald = options.journald ?? stderrIsJournal(process.env['JOURNAL_STREAM']);
  const write = options.write ?? ((line: string) => void process.stderr.write(line));
  const now = options.now ?? Date.now;
  const render = options.format === 'json' ? json : logfmt;
  const line = (level: LogLevel) => {
    if (ORDER.indexOf(level) < least) return () => {};
    return (message: string, fields: LogFields = {}) => {
      const time = journald ? undefined : new Date(now()).toISOString();
      const text = render({ time, level, msg: message, ...fields });
      write(`${journald ? `<${PRIORITY[level]}>` : ''}${text}\n`);
    };
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

function json(fields: LogFields): string {
  return JSON.stringify(fields);
}

function logfmt(fields: LogFields): string {
  const parts: string[] = [];
  for (const [key, value] of Object.entries(fields)) {
    if (value !== undefined) parts.push(`${key}=${quoted(String(value))}`);
  }
  return parts.join(' ');
}

/** Quotes what would be read as two fields or two lines: values may come from the network. */
function quoted(text: string): string {
  return /^[\w.,:;/+@%~*()[\]{}<>!?&|^$#-]+$/.test(text) ? text : JSON.stringify(text);
}
