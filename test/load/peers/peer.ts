/** What a bench asks of a database beside which it measures. */
import { readdirSync, statSync } from 'node:fs';
import { join } from 'node:path';
import { setTimeout as sleep } from 'node:timers/promises';
import { freePort } from '../../support/pipeline/programs.ts';
import { Running } from '../agent/programs.ts';
import type { FormatName } from './formats.ts';
import type { Packaged } from './install.ts';

export interface Peer extends Packaged {
  /** Where samples go, by the form in which they come. */
  readonly paths: Readonly<Partial<Record<FormatName, string>>>;
  /** How its data is brought to rest, in words. */
  readonly settling: string;
  start(folder: string): Promise<PeerServer>;
}

export interface PeerServer {
  readonly url: string;
  readonly pid: number;
  /** Everything on disk and merged, as far as it can be told to. Its bytes for the samples. */
  settledBytes(): Promise<number>;
  stop(): Promise<void>;
}

export interface Launched {
  readonly url: string;
  readonly port: number;
  readonly running: Running;
}

/** Runs it on a free port of loopback, and waits until it answers there. */
export async function launch(
  program: string,
  argsOf: (address: string) => readonly string[],
  readyPath: string,
): Promise<Launched> {
  const port = await freePort();
  const running = new Running(program, argsOf(`127.0.0.1:${port}`), 'ignore');
  const url = `http://127.0.0.1:${port}`;
  for (;;) {
    const answer = await fetch(url + readyPath).catch(() => undefined);
    await answer?.arrayBuffer();
    if (answer?.ok === true) return { url, port, running };
    if (running.child.exitCode !== null) throw new Error(`${program} ended`);
    await sleep(100);
  }
}

/** Of `stat.blocks`, on every Linux. */
const BLOCK_BYTES = 512;

/** Of files with holes in them, what is there. */
export function bytesIn(folder: string): number {
  return readdirSync(folder, { withFileTypes: true }).reduce((sum, entry) => {
    const path = join(folder, entry.name);
    if (entry.isDirectory()) return sum + bytesIn(path);
    const stat = statSync(path, { throwIfNoEntry: false });
    return sum + (stat === undefined ? 0 : Math.min(stat.size, stat.blocks * BLOCK_BYTES));
  }, 0);
}

const LOOK_MS = 1_000;
const STILL_LOOKS = 12;

/** The folder's size when it has not changed for a while. */
export async function bytesAtRest(folder: string): Promise<number> {
  let last = -1;
  for (let still = 0; still < STILL_LOOKS; still++) {
    await sleep(LOOK_MS);
    const now = bytesIn(folder);
    if (now !== last) still = -1;
    last = now;
  }
  return last;
}
