/** What every command gets: the world, the collector, and how to answer. */
import type { Command } from 'commander';
import { Client, DEFAULT_URL } from './client.ts';
import type { CliIo } from './io.ts';

export interface Context {
  readonly io: CliIo;
  readonly client: Client;
  readonly json: boolean;
  /** Prints a value as JSON when asked for, else the text. */
  answer(value: unknown, text: () => string): void;
}

/** Reads the options that hold for all commands, wherever they stand. */
export function contextOf(io: CliIo, command: Command): Context {
  const { url, json = false } = command.optsWithGlobals<{ url?: string; json?: boolean }>();
  return {
    io,
    json,
    client: new Client(io, url ?? io.env['MUSTER_URL'] ?? DEFAULT_URL),
    answer(value, text) {
      io.out(json ? `${JSON.stringify(value, undefined, io.terminal ? 2 : 0)}\n` : text());
    },
  };
}
