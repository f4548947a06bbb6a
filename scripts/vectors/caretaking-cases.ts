/** Health, reports, results, commands and desired state of the vectors. */
import type { RemoteCommand } from '../../protocol/messages/command.ts';
import type { CommandResult } from '../../protocol/messages/command-result.ts';
import type { Desired } from '../../protocol/messages/desired.ts';
import type { Health } from '../../protocol/messages/health.ts';
import type { Report } from '../../protocol/messages/report.ts';
import type { Reported } from '../../protocol/messages/reported.ts';
import type { FlagValue } from '../../protocol/messages/tree.ts';
import { HEADER } from './batches.ts';

type Cases<T> = Readonly<Record<string, T>>;
const map = <V>(object: Readonly<Record<string, V>>) => new Map(Object.entries(object));
const flags = (object: Readonly<Record<string, FlagValue>>) => map<FlagValue>(object);
const at = 1_763_690_000_123;

const HEALTHS: Cases<Health> = {
  'healthy, nothing to check': { wall: at, overall: 'healthy', reason: '', since: 0, checks: [] },
  'unhealthy, every state of a check': {
    wall: at,
    overall: 'unhealthy',
    reason: 'web: connection refused',
    since: at - 60_000,
    checks: (['ok', 'warning', 'critical', 'unknown'] as const).map((state, i) => ({
      name: `web-${i}`,
      kind: 'http',
      state,
      since: at - 60_000,
      at: at - 1_000,
      text: i === 0 ? '200 in 12 ms' : 'connection refused: 127.0.0.1:8080 – ä',
      critical: i === 2,
      component: i === 1 ? '' : 'application',
      durationMs: 12 + i,
      labels: map(i === 0 ? { team: 'line-1', '': '' } : {}),
    })),
  },
};

const NOTHING_DECLARED = { checks: [], tasks: [], commands: [] };

const REPORTEDS: Cases<Reported> = {
  'nothing was wanted yet': {
    wall: at,
    version: 0,
    seen: 0,
    outcome: 'none',
    problems: [],
    config: '0000000000000000',
    restartNeeded: [],
    flags: new Map(),
    packages: [],
    declared: NOTHING_DECLARED,
  },
  'refused, with paths; flags of each type': {
    wall: at,
    version: 3,
    seen: at,
    outcome: 'refused',
    problems: [
      { path: 'checks.web.http.url', message: 'is declared on the device only' },
      { path: '', message: 'no tree' },
    ],
    config: '1122334455667788',
    restartNeeded: ['collector', 'buffer.size'],
    flags: flags({ fast: true, off: false, rate: 0.25, count: -3, ring: 'canary', __proto__x: '' }),
    packages: [{ name: 'muster-agent', version: '0.2.0', slot: 'b' }],
    declared: { checks: ['web', 'gateway'], tasks: ['tidy'], commands: ['ping', 'reboot'] },
  },
  'packages of a rollout': {
    wall: at,
    version: 1,
    seen: 1,
    outcome: 'applied',
    problems: [],
    config: '1122334455667788',
    restartNeeded: [],
    flags: new Map(),
    packages: [{ name: 'app', version: '2.0.0', slot: '2.0.0' }],
    directed: 1_790_000_000_000,
    declared: NOTHING_DECLARED,
  },
};

const REPORTS: Cases<Report> = {
  'a run that goes on': {
    header: HEADER,
    subject: 'remedy',
    name: 'restart-web',
    kind: 'restart-unit',
    state: 'running',
    startedAt: at,
    endedAt: 0,
    trigger: 'check:web',
    attempt: 1,
    text: '',
    output: '',
    changes: [],
    figures: new Map(),
  },
  'a run that ended': {
    header: HEADER,
    subject: 'task',
    name: 'tidy',
    kind: 'clean',
    state: 'succeeded',
    startedAt: at,
    endedAt: at + 1_500,
    trigger: 'schedule',
    attempt: 2,
    text: '3 files, 1.2 GB',
    output: 'line 1\nline 2\n',
    changes: ['/var/cache/a', '/var/cache/ä'],
    figures: map({ bytes_freed: 1_200_000_000_000, files_removed: 3, difference: -1 }),
  },
  'an installation that was skipped': {
    header: HEADER,
    subject: 'install',
    name: 'muster-agent',
    kind: 'slot',
    state: 'skipped',
    startedAt: -1,
    endedAt: -1,
    trigger: 'command:c1',
    attempt: 1,
    text: 'load is above 1.5',
    output: '',
    changes: [],
    figures: new Map(),
  },
};

const RESULTS: Cases<CommandResult> = {
  accepted: {
    header: HEADER,
    state: 'accepted',
    part: 0,
    text: '',
    output: '',
    attributes: new Map(),
  },
  'output and an end': {
    header: HEADER,
    state: 'succeeded',
    part: 3,
    text: 'web is ok',
    output: 'ok\n',
    attributes: map({ version: '0.1.0' }),
  },
  expired: {
    header: HEADER,
    state: 'expired',
    part: 0,
    text: 'the deadline passed 5 min ago',
    output: '',
    attributes: new Map(),
  },
};

const COMMANDS: Cases<RemoteCommand> = {
  ping: { name: 'ping', issuedAt: at, deadline: at + 60_000, args: new Map(), by: 'admin' },
  'of a newer collector, with arguments': {
    name: 'dance',
    issuedAt: at,
    deadline: at,
    args: map({ unit: 'web.service', lines: '200' }),
    by: '',
  },
};

const DESIREDS: Cases<Desired> = {
  'nothing but a version': {
    version: 1,
    issuedAt: at,
    config: {},
    flags: new Map(),
    packages: [],
    graceMs: 0,
  },
  'a tree of everything, as deep as it may be': {
    version: at,
    issuedAt: at,
    config: {
      checks: { web: { enabled: false, interval: '10s', http: { status: [200, 204] } } },
      tasks: { tidy: { conditions: { maxLoad: 1.5, mains: null }, priority: -1 } },
      constructor: { prototype: 'only keys' },
      a: { b: { c: { d: { e: [9_007_199_254_740_991, 1e300, -0.5, [], {}, ''] } } } },
    },
    flags: flags({ fast: true, rate: 0.25, ring: 'canary' }),
    packages: [{ name: 'muster-agent', version: '0.2.0' }],
    graceMs: 604_800_000,
  },
};

export const CARETAKING_CASES = {
  health: HEALTHS,
  reported: REPORTEDS,
  report: REPORTS,
  res: RESULTS,
  cmd: COMMANDS,
  desired: DESIREDS,
} as const;
