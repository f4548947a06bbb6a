/**
 * Tells systemd how the program is doing: ready, alive, reloading, stopping.
 *
 * The notify socket is a Unix datagram socket, which Node cannot open. It can write to one that it
 * is given, so our units hand it down as a descriptor (`OpenFile=`, systemd 253 and newer). Where
 * they do not, a short `systemd-notify` carries each message. docs/decisions/0009-systemd-notify.md
 */
import { fstatSync, write } from 'node:fs';
import type { Environment } from '../../protocol/config/environment.ts';
import type { Notice } from '../../protocol/service-manager.ts';
import { assignments, notifyDescriptor, watchdogInterval } from '../../protocol/service-manager.ts';

export interface ServiceManager {
  /** Milliseconds between two `alive`; `undefined` when nobody waits for them. */
  readonly watchdogMs: number | undefined;
  /** How messages travel, for the log. */
  readonly via: 'none' | 'descriptor' | 'systemd-notify';
  /** Resolves when the message is handed over or given up; never rejects. Messages keep their order. */
  notify(notice: Notice): Promise<void>;
}

const CHILD_TIMEOUT_MS = 10_000;

type Send = (lines: readonly string[]) => Promise<boolean>;

export function connectServiceManager(
  env: Environment = process.env,
  pid: number = process.pid,
): ServiceManager {
  if (!env['NOTIFY_SOCKET']) {
    return { watchdogMs: undefined, via: 'none', notify: () => Promise.resolve() };
  }
  const fd = notifyDescriptor(env, pid);
  const hasDescriptor = fd !== undefined && isSocket(fd);
  const send = hasDescriptor
    ? firstOf(throughDescriptor(fd), throughChild(env))
    : throughChild(env);
  let last: Promise<unknown> = Promise.resolve();
  return {
    watchdogMs: watchdogInterval(env, pid),
    via: hasDescriptor ? 'descriptor' : 'systemd-notify',
    notify(notice) {
      const sent = last.then(() => send(assignments(notice)));
      last = sent;
      return sent.then(() => undefined);
    },
  };
}

/** One write is one datagram, sent in this process' name. Off the main thread: a full queue waits. */
function throughDescriptor(fd: number): Send {
  return (lines) =>
    new Promise((resolve) => {
      write(fd, lines.join('\n'), (error) => resolve(error === null));
    });
}

/** Needs `NotifyAccess=all`; since systemd 246 it stays until its message was attributed to us. */
function throughChild(env: Environment): Send {
  return async (lines) => {
    const { execFile } = await import('node:child_process');
    return new Promise((resolve) => {
      const options = { env: { ...env }, timeout: CHILD_TIMEOUT_MS };
      execFile('systemd-notify', lines, options, (error) => resolve(error === null));
    });
  };
}

/** A manager that restarted leaves a dead descriptor behind; the path still leads to it. */
function firstOf(first: Send, second: Send): Send {
  return async (lines) => (await first(lines)) || (await second(lines));
}

function isSocket(fd: number): boolean {
  try {
    return fstatSync(fd).isSocket();
  } catch {
    return false;
  }
}
