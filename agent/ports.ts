/**
 * What the agent asks of the world. `io/` implements these; tests may bring their own.
 */

/** Time, in milliseconds. `mono` never steps and counts suspended time; `wall` may do anything. */
export interface Clock {
  /** UTC, milliseconds since 1970, as the operating system believes. */
  wall(): number;
  /** Milliseconds since the kernel started, suspended time included. */
  mono(): number;
  /** Calls `action` once, `delayMs` from now; the answer cancels it. */
  after(delayMs: number, action: () => void): Cancel;
}

export type Cancel = () => void;

/**
 * The machine's files. Every path is as the running system sees it (`/proc/stat`); an
 * implementation may place a root before it, so that recorded trees can be read.
 */
export interface Host {
  /**
   * A file that the kernel answers from memory (`/proc`, most of `/sys/class`), read at once.
   * Its text, or `undefined` when it does not exist or may not be read.
   */
  readNow(path: string): string | undefined;
  /**
   * A file behind which a slow or dead device may stand (sensors, eMMC, textfiles), read off the
   * main thread with few at a time, so that the buffer's own writes are never starved of threads.
   */
  read(path: string): Promise<string | undefined>;
  /** Names in a folder, sorted; empty when it does not exist. */
  list(path: string): Promise<readonly string[]>;
  /** A symbolic link's target, or `undefined`. */
  link(path: string): Promise<string | undefined>;
  /** Size and modification time of a file, or `undefined` when it is not there. */
  stat(path: string): Promise<{ readonly bytes: number; readonly modifiedMs: number } | undefined>;
  /**
   * statfs(2) of a mount point, in bytes. Rejects when the call fails. While one call on a mount
   * point hangs, further ones are not issued: they answer `'pending'` at once.
   */
  statfs(path: string): Promise<StatFs | 'pending'>;
}

export interface StatFs {
  readonly sizeBytes: number;
  readonly freeBytes: number;
  /** Free to unprivileged users. */
  readonly availBytes: number;
  readonly files: number;
  readonly filesFree: number;
}

/** Structured log lines; `fields` never carry secrets. */
export interface Log {
  debug(message: string, fields?: LogFields): void;
  info(message: string, fields?: LogFields): void;
  warn(message: string, fields?: LogFields): void;
  error(message: string, fields?: LogFields): void;
}

export type LogFields = Readonly<Record<string, string | number | boolean | undefined>>;
