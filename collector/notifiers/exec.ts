/** `exec_configs`: a program of the operator's, with Alertmanager's JSON on its standard input. */
import type { ProgramEnd } from '../ports/notify.ts';
import type { Fields } from './kit/fields.ts';
import { notifierKind } from './kit/kind.ts';
import { truncated, webhookBody } from './kit/payload.ts';
import type { Outcome } from './notifier.ts';

interface ExecConfig {
  readonly argv: readonly [string, ...string[]];
  readonly env: Readonly<Record<string, string>>;
  readonly timeoutMs: number;
  readonly maxAlerts: number;
}

/** EX_TEMPFAIL of sysexits.h: not now. */
const TEMPORARY = 75;
const DEFAULT_TIMEOUT_MS = 30_000;
const SHOWN = 200;
// Nothing of the collector's own environment: it may hold secrets.
const ENVIRONMENT = { PATH: '/usr/local/bin:/usr/bin:/bin', LANG: 'C.UTF-8' };

export const exec = notifierKind<ExecConfig>({
  key: 'exec_configs',
  sendsResolved: true,

  read: (fields) => ({
    argv: readArgv(fields),
    env: fields.named('env'),
    timeoutMs: fields.span('timeout', DEFAULT_TIMEOUT_MS),
    maxAlerts: fields.count('max_alerts', 0),
  }),

  async send({ argv, env, timeoutMs, maxAlerts }, notification, { ports, signal }) {
    const stdin = webhookBody(truncated(notification, maxAlerts));
    const given = {
      ...ENVIRONMENT,
      ...env,
      MUSTER_RECEIVER: notification.receiver,
      MUSTER_IDEMPOTENCY_KEY: notification.idempotencyKey,
    };
    return judge(
      await ports.programs.run({ argv, stdin, env: given, timeoutMs }, signal),
      timeoutMs,
    );
  },
});

function readArgv(fields: Fields): readonly [string, ...string[]] {
  const [program, ...rest] = fields.texts('command') ?? [];
  if (program === undefined) {
    fields.problem(
      'command',
      'is needed here: a program and its arguments, as a list',
      'e.g. [/usr/local/bin/page, --now]',
    );
  } else if (!program.startsWith('/')) {
    fields.problem(
      'command',
      'the program must be named by its whole path',
      'e.g. /usr/bin/logger',
    );
  }
  return [program ?? '', ...rest];
}

function judge({ code, timedOut, stderr }: ProgramEnd, timeoutMs: number): Outcome {
  if (code === 0 && !timedOut) return { ok: true, detail: 'exit code 0' };
  const said = stderr.trim().slice(0, SHOWN);
  const end = timedOut
    ? `not done within ${timeoutMs} ms`
    : code === undefined
      ? 'ended by a signal'
      : `exit code ${code}`;
  const reason = said === '' ? end : `${end}: ${said}`;
  return { ok: false, retry: timedOut || code === undefined || code === TEMPORARY, reason };
}
