/** Checks that answer as a test says, watched on the test's clock. */
import { type CheckContext, type CheckFinding, check } from '../../../agent/checks/check.ts';
import type { CheckConfig } from '../../../agent/config/checks.ts';
import { Checking, type CheckingDeps } from '../../../agent/work/checking/checking.ts';
import type { RemedyRequest } from '../../../agent/work/checking/telling.ts';
import type { PlannedCheck } from '../../../agent/work/checking/watched.ts';
import type { CheckState } from '../../../protocol/messages/health.ts';
import { FakeClock } from '../fake-clock.ts';
import { memoryHost } from '../memory-host.ts';
import { silentLog } from '../silent-log.ts';

export type Answer = (context: CheckContext) => CheckState | CheckFinding | Promise<CheckFinding>;

/** Planned like the configuration would: 10 s, no jitter, one failure counts, unless told otherwise. */
export function planned(
  name: string,
  answer: Answer,
  more: Partial<CheckConfig> = {},
): PlannedCheck {
  return {
    name,
    check: check<unknown>({
      kind: 'scripted',
      summary: 'as the test says',
      schema: { type: 'object' },
      intervalSeconds: 10,
      timeoutSeconds: 1,
      run: async (_, context) => {
        const said = await answer(context);
        return typeof said === 'string' ? { state: said, text: `found ${said}` } : said;
      },
    }),
    config: {
      kind: 'scripted',
      options: {},
      enabled: true,
      interval: 10_000,
      timeout: 1_000,
      jitter: 0,
      critical: false,
      component: '',
      failures: 1,
      of: 1,
      recoveries: 1,
      grace: 0,
      dependsOn: [],
      labels: {},
      ...more,
    },
  };
}

export interface WatchedDevice {
  readonly clock: FakeClock;
  readonly checking: Checking;
  /** `name check: text` of each event. */
  readonly events: string[];
  readonly requests: RemedyRequest[];
  /** How often `health` was to be sent. */
  changed: number;
  stretch: number;
  /** By how much the wall clock was set. */
  stepMs: number;
  state(name: string): string;
  /** Goes on with another plan, as a reload does. */
  reload(plan: readonly PlannedCheck[]): void;
}

export function watchedDevice(
  plan: readonly PlannedCheck[],
  clock = new FakeClock(1_000_000),
): WatchedDevice {
  const nothing = () => Promise.resolve();
  let checking: Checking;
  const device: WatchedDevice = {
    clock,
    get checking() {
      return checking;
    },
    events: [],
    requests: [],
    changed: 0,
    stretch: 1,
    stepMs: 0,
    state: (name) =>
      checking.health().checks.find((one) => one.name === name)?.state ?? 'not there',
    reload: (next) => {
      checking.stop();
      checking = new Checking(deps, next, checking);
      checking.start();
    },
  };
  const deps: CheckingDeps = {
    clock,
    host: memoryHost({}),
    runner: { run: () => Promise.reject(new Error('no programs here')) },
    prober: {} as CheckingDeps['prober'],
    folder: '/etc/muster',
    log: silentLog,
    random: () => 0.5,
    changed: () => {
      device.changed += 1;
    },
    stretch: () => device.stretch,
    remedy: (request) => void device.requests.push(request),
    journal: {
      event: ({ name, text }) => {
        device.events.push(`${name} ${text}`);
        return Promise.resolve();
      },
      report: nothing,
      result: nothing,
      now: () => clock.wall() + device.stepMs,
    },
  };
  checking = new Checking(deps, plan);
  checking.start();
  return device;
}
