/** What the commands beside `run` ask of the world. */

import type { Environment } from '../../protocol/config/environment.ts';

/** One part of what the collector keeps, as `verify` found it. */
export interface PartReport {
  readonly part: string;
  readonly verdict: 'ok' | 'damaged';
  readonly detail: string;
}

export interface CommandIo {
  readonly env: Environment;
  out(text: string): void;
  err(text: string): void;
  /** Makes the folder with this mode, parents too; `false` when it was there. */
  makeFolder(path: string, mode: number): Promise<boolean>;
  /** Writes a file that is not there yet; `false` when it was. */
  makeFile(path: string, text: string, mode: number): Promise<boolean>;
  /** What is wrong with the files that the configuration at `path` names, a line each. */
  problemsOfFiles(path: string | undefined): Promise<readonly string[]>;
  /** Reads all that is kept in the data folder and changes nothing. */
  verify(data: string): AsyncIterable<PartReport>;
}
