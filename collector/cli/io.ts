/** What a command touches of the world: tests bring their own. */
export interface CliIo {
  out(text: string): void;
  err(text: string): void;
  readonly fetch: typeof fetch;
  readonly env: Readonly<Record<string, string | undefined>>;
  /** Output goes to a person's terminal. */
  readonly terminal: boolean;
  /** Ends what would go on for ever. */
  readonly signal: AbortSignal;
  now(): number;
  sleep(ms: number): Promise<void>;
}

/** A failure that is told in one line; the exit code is 1. */
export class CliError extends Error {
  readonly exitCode: number = 1;
}
