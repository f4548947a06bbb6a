/** How both programs write their log lines: logfmt for people and grep, JSON on request. */

export const LOG_LEVELS = ['debug', 'info', 'warn', 'error'] as const;
export type LogLevel = (typeof LOG_LEVELS)[number];
export type LogFormat = 'logfmt' | 'json';
export type LineFields = Readonly<Record<string, string | number | boolean | undefined>>;

/** syslog's priorities, for the `<N>` prefix of sd-daemon(3). */
const PRIORITY: Readonly<Record<LogLevel, number>> = { debug: 7, info: 6, warn: 4, error: 3 };

export interface LineStyle {
  readonly format: LogFormat;
  /** systemd's journal reads the lines: it wants a priority and has a time of its own. */
  readonly journald: boolean;
}

/** One line without its end. `now` is UTC milliseconds. */
export function logLine(
  style: LineStyle,
  level: LogLevel,
  now: number,
  message: string,
  fields: LineFields = {},
): string {
  const time = style.journald ? undefined : new Date(now).toISOString();
  const all = { time, level, msg: message, ...fields };
  const text = style.format === 'json' ? JSON.stringify(all) : logfmt(all);
  return style.journald ? `<${PRIORITY[level]}>${text}` : text;
}

/** Whether lines of `level` are written when `least` is the lowest wanted. */
export function wanted(level: LogLevel, least: LogLevel): boolean {
  return LOG_LEVELS.indexOf(level) >= LOG_LEVELS.indexOf(least);
}

function logfmt(fields: LineFields): string {
  return Object.entries(fields)
    .filter(([, value]) => value !== undefined)
    .map(([key, value]) => `${key}=${quoted(String(value))}`)
    .join(' ');
}

/** A value with spaces, quotes or control characters is a JSON string. */
function quoted(value: string): string {
  return /^[!#-<>-~]+$/.test(value) ? value : JSON.stringify(value);
}
