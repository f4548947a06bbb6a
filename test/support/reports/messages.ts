/** Health, reports and results as a device would send them. */
import type { CommandResult } from '../../../protocol/messages/command-result.ts';
import { encodeCommandResult } from '../../../protocol/messages/command-result.ts';
import { CLOCK, type Header } from '../../../protocol/messages/envelope.ts';
import { type CheckHealth, encodeHealth, type Health } from '../../../protocol/messages/health.ts';
import { encodeReport, type Report } from '../../../protocol/messages/report.ts';
import { encodeReported, type Reported } from '../../../protocol/messages/reported.ts';
import { EPOCH, type Sent, T0 } from '../ingest/device.ts';

const BRANCH = 'muster/v1/berlin/pi-1';

export function header(number: number, more: Partial<Header> = {}): Header {
  return {
    ...{ epoch: EPOCH, number, low: 1, boot: '00000000000000b1' },
    ...{ wall: T0, mono: 1_000, clock: CLOCK.synced },
    ...more,
  };
}

function check(name: string, more: Partial<CheckHealth> = {}): CheckHealth {
  return {
    ...{
      name,
      kind: 'http',
      state: 'ok',
      since: T0 - 60_000,
      at: T0 - 1_000,
      text: '200 in 12 ms',
    },
    ...{ critical: false, component: 'application', durationMs: 12, labels: new Map() },
    ...more,
  };
}

export function health(more: Partial<Health> = {}): Health {
  const checks = [
    check('gateway', { kind: 'ping' }),
    check('web', { state: 'critical', text: 'connection refused', critical: true }),
  ];
  const reason = 'web: connection refused';
  return { wall: T0, overall: 'unhealthy', reason, since: T0 - 60_000, checks, ...more };
}

export function reported(more: Partial<Reported> = {}): Reported {
  return {
    ...{ wall: T0, version: 2, seen: 3, outcome: 'refused', config: '0011223344556677' },
    problems: [{ path: 'checks.web.http.url', message: 'is declared on the device only' }],
    restartNeeded: [],
    flags: new Map([['fast', true]]),
    packages: [],
    declared: { checks: ['gateway', 'web'], tasks: ['tidy'], commands: ['ping'] },
    ...more,
  };
}

export function report(number: number, more: Partial<Report> = {}): Report {
  return {
    header: header(number),
    ...{ subject: 'task', name: 'tidy', kind: 'clean', state: 'succeeded', attempt: 1 },
    ...{ startedAt: T0 - 5_000, endedAt: T0 - 1_000, trigger: 'schedule' },
    ...{ text: '3 files', output: '', changes: ['/tmp/a'], figures: new Map([['files', 3]]) },
    ...more,
  };
}

export function result(number: number, more: Partial<CommandResult> = {}): CommandResult {
  return {
    header: header(number),
    ...{ state: 'succeeded', part: 0, text: 'pong', output: '', attributes: new Map() },
    ...more,
  };
}

export function sendHealth(value: Health): Sent {
  return { topic: `${BRANCH}/health`, payload: encodeHealth(value) };
}

export function sendReported(value: Reported): Sent {
  return { topic: `${BRANCH}/reported`, payload: encodeReported(value) };
}

export function sendReport(run: string, value: Report): Sent {
  return { topic: `${BRANCH}/report/${run}`, payload: encodeReport(value) };
}

export function sendResult(command: string, value: CommandResult): Sent {
  return { topic: `${BRANCH}/res/${command}`, payload: encodeCommandResult(value) };
}
