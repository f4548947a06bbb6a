/** Writes and syncs of the workload by the kernel's account: strace, one file a thread. */
import { spawnSync } from 'node:child_process';
import { mkdirSync, readdirSync, readFileSync } from 'node:fs';
import { join } from 'node:path';
import type { Messages } from './io-work.ts';

const PARTS: readonly (keyof Messages)[] = ['buffer', 'journal', 'store'];
const CALLS = 'openat,write,writev,pwrite64,pwritev,pwritev2,fsync,fdatasync';
/** A call on a path, and what it answered. */
const LINE = /^(\w+)\(\d+<([^>]+)>.*= (-?\d+)/;
/** A file whose writes are synced by themselves. */
const SYNCED = /^openat\(.*\bO_D?SYNC\b.*= \d+<([^>]+)>/;

export function straceIsHere(): boolean {
  return spawnSync('strace', ['-V'], { stdio: 'ignore' }).status === 0;
}

export function systemCalls(folder: string): Record<string, number> {
  const traces = join(folder, 'traces');
  mkdirSync(traces);
  const script = join(import.meta.dirname, 'io-work.ts');
  const strace = ['-ff', '-qq', '-y', '-s', '0', '-e', `trace=${CALLS}`];
  const node = [process.execPath, '--import', 'tsx', script, folder];
  const args = [...strace, '-o', join(traces, 't'), ...node];
  const { status, stdout } = spawnSync('strace', args, { encoding: 'utf8' });
  if (status !== 0) throw new Error(`strace ended with ${status}`);
  const messages = JSON.parse(stdout) as Messages;
  const counts: Record<string, number> = {};
  for (const part of PARTS) {
    const { calls, syncs, bytes } = count(traces, join(folder, part));
    counts[`${part}: write calls a message`] = calls / messages[part];
    counts[`${part}: syncs a message`] = syncs / messages[part];
    counts[`${part}: bytes written a message`] = bytes / messages[part];
  }
  return counts;
}

function count(traces: string, folder: string) {
  const sums = { calls: 0, syncs: 0, bytes: 0 };
  const lines = readdirSync(traces).flatMap((name) =>
    readFileSync(join(traces, name), 'latin1').split('\n'),
  );
  // Opened by one thread, written by another.
  const synced = new Set(lines.map((line) => SYNCED.exec(line)?.[1]));
  for (const line of lines) {
    const [, call = '', path = '', answer = '0'] = LINE.exec(line) ?? [];
    if (!path.startsWith(folder)) continue;
    if (call.endsWith('sync')) sums.syncs++;
    else {
      sums.calls++;
      sums.bytes += Number(answer);
    }
    if (call.includes('write') && synced.has(path)) sums.syncs++;
  }
  return sums;
}
