/**
 * `res/<id>`: what became of a command. Several may come for one id: `accepted`, any number of
 * `running` with output, and one that ends it.
 */
import type { Header } from './envelope.ts';

export const RESULT_STATES = [
  'accepted',
  'running',
  'succeeded',
  'failed',
  'refused',
  'expired',
] as const;
export type ResultState = (typeof RESULT_STATES)[number];

export interface CommandResultBody {
  readonly state: ResultState;
  /** Position among the messages of this id, from 0. */
  readonly part: number;
  /** One line for people. */
  readonly text: string;
  /** A piece of output, at most 16 KiB; pieces follow each other by `part`. */
  readonly output: string;
  readonly attributes: ReadonlyMap<string, string>;
}

export interface CommandResult extends CommandResultBody {
  readonly header: Header;
}

export function isEnd(state: ResultState): boolean {
  return state !== 'accepted' && state !== 'running';
}
