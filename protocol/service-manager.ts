/**
 * What systemd's notification protocol says, without the socket: sd_notify(3), sd_listen_fds(3).
 *
 * Both programs speak it through an `io/notify.ts` of their own; the words are here, once.
 */
import type { Environment } from './config/environment.ts';

/** The name under which our units hand the notify socket down (`OpenFile=`, systemd 253). */
const NOTIFY_FD_NAME = 'notify';

/** systemd numbers the descriptors that it hands down from here. */
const FIRST_FD = 3;
const STATUS_CHARACTERS = 200;

/** What there is to say; `READY` also ends a reload. */
export type Notice =
  | { readonly kind: 'ready'; readonly status?: string }
  | { readonly kind: 'reloading'; readonly monotonicUs: bigint }
  | { readonly kind: 'stopping'; readonly status?: string }
  | { readonly kind: 'status'; readonly status: string }
  | { readonly kind: 'alive' };

/** The assignments of one message; they travel together, a line each. */
export function assignments(notice: Notice): readonly string[] {
  switch (notice.kind) {
    case 'ready':
      return ['READY=1', ...status(notice.status)];
    case 'reloading':
      return ['RELOADING=1', `MONOTONIC_USEC=${notice.monotonicUs}`];
    case 'stopping':
      return ['STOPPING=1', ...status(notice.status)];
    case 'status':
      return status(notice.status);
    case 'alive':
      return ['WATCHDOG=1'];
  }
}

/** The descriptor of the notify socket that the unit opened for this process, if it did. */
export function notifyDescriptor(env: Environment, pid: number): number | undefined {
  if (env['LISTEN_PID'] !== String(pid)) return undefined;
  const count = Number(env['LISTEN_FDS']);
  const index = (env['LISTEN_FDNAMES'] ?? '').split(':').indexOf(NOTIFY_FD_NAME);
  return index >= 0 && index < count ? FIRST_FD + index : undefined;
}

/** How often systemd wants to hear `alive`, in milliseconds: twice within its patience. */
export function watchdogInterval(env: Environment, pid: number): number | undefined {
  const patienceUs = Number(env['WATCHDOG_USEC']);
  const wantedPid = env['WATCHDOG_PID'];
  if (!Number.isSafeInteger(patienceUs) || patienceUs <= 0) return undefined;
  if (wantedPid !== undefined && wantedPid !== String(pid)) return undefined;
  return Math.max(1, Math.floor(patienceUs / 2000));
}

/** One line and not long: a newline would begin another assignment. */
function status(text: string | undefined): string[] {
  if (text === undefined) return [];
  return [`STATUS=${text.replaceAll(/[\r\n\0]+/g, ' ').slice(0, STATUS_CHARACTERS)}`];
}
