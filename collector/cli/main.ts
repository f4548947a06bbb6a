#!/usr/bin/env node
/** `muster`: the operator's command. Only argv, signals and the exit code. */
import { userInfo } from 'node:os';
import { setTimeout as sleep } from 'node:timers/promises';
import { VERSION } from '../../protocol/version.ts';
import { run } from './program.ts';

const interrupted = new AbortController();
for (const signal of ['SIGINT', 'SIGTERM'] as const) {
  process.once(signal, () => interrupted.abort());
}
// `muster tail | head` closes the pipe: that is no failure.
process.stdout.on('error', (error: NodeJS.ErrnoException) => {
  process.exit(error.code === 'EPIPE' ? 0 : 1);
});

function nameOfUser(): string {
  try {
    return userInfo().username;
  } catch {
    return '';
  }
}

process.exitCode = await run(
  process.argv.slice(2),
  {
    out: (text) => void process.stdout.write(text),
    err: (text) => void process.stderr.write(text),
    fetch,
    // Services and containers have a user without having USER.
    env: { USER: nameOfUser(), ...process.env },
    terminal: process.stdout.isTTY,
    signal: interrupted.signal,
    now: Date.now,
    sleep: (ms) => sleep(ms, undefined, { signal: interrupted.signal }).catch(() => undefined),
  },
  VERSION,
);
