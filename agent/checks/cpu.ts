/** How busy the processors were since the last run, how long they waited, and the load. */
import { type Infer, object } from '../../protocol/config/schema.ts';
import { type CheckContext, check } from './check.ts';
import {
  above,
  levelProblems,
  numberLevels,
  percent,
  percentLevels,
  together,
} from './parse/levels.ts';
import { type CpuTicks, cpuTicks } from './parse/proc.ts';

const schema = object('Looks at the processors since the run before.', {
  busy: percentLevels('Share of time that is not idle is at or above. Default: 90 and 98.', {
    warning: 90,
    critical: 98,
  }),
  iowait: percentLevels('Share of time spent waiting for disks is at or above.', {
    warning: 20,
    critical: 50,
  }),
  load: numberLevels('Load of 5 minutes for each core is at or above.', { max: 10_000 }),
});

type Options = Infer<typeof schema>;

const DEFAULT_BUSY = { warning: 90, critical: 98 };
const MEMORY = 'ticks';
/** The first run has nothing to compare with and looks twice. */
const FIRST_SPAN_MS = 500;

export const cpuCheck = check<Options>({
  kind: 'cpu',
  summary: 'how busy the processors are, waiting for disks, load for each core',
  schema,
  intervalSeconds: 60,
  timeoutSeconds: 5,
  measuresTime: false,

  problems: ({ busy, iowait, load }) => [
    ...levelProblems('busy', busy, 'above'),
    ...levelProblems('iowait', iowait, 'above'),
    ...levelProblems('load', load, 'above'),
  ],

  async run({ busy = DEFAULT_BUSY, iowait, load }, context) {
    const { memory, host } = context;
    let before = memory.get(MEMORY) as CpuTicks | undefined;
    if (before === undefined) {
      before = ticks(context);
      await pause(context, FIRST_SPAN_MS);
    }
    const now = ticks(context);
    memory.set(MEMORY, now);
    const passed = Math.max(1, now.total - before.total);
    const wait = share(now.iowait - before.iowait, passed);
    const used = 100 - share(now.idle - before.idle, passed) - wait;
    const loadNow = Number(host.readNow('/proc/loadavg')?.split(' ')[1] ?? Number.NaN);
    const perCore = loadNow / now.cores;
    return together(
      [
        { state: above(used, busy), text: `${percent(used)} busy` },
        { state: above(wait, iowait), text: `${percent(wait)} waiting for disks` },
        ...(Number.isNaN(perCore)
          ? []
          : [{ state: above(perCore, load), text: `load ${perCore.toFixed(2)} for each core` }]),
      ],
      [
        { name: 'busy', unit: 'ratio', value: used / 100 },
        { name: 'iowait', unit: 'ratio', value: wait / 100 },
      ],
    );
  },
});

function ticks({ host }: CheckContext): CpuTicks {
  const found = cpuTicks(host.readNow('/proc/stat') ?? '');
  if (found === undefined) throw new Error('/proc/stat cannot be read');
  return found;
}

/** Idle time and waiting may step back a little: never below nothing. */
function share(part: number, whole: number): number {
  return Math.min(100, Math.max(0, (part / whole) * 100));
}

function pause({ clock, ending }: CheckContext, ms: number): Promise<void> {
  return new Promise((resolve, reject) => {
    const forget = ending.whenOver(() => {
      cancel();
      reject(new Error('had no time to look twice'));
    });
    const cancel = clock.after(ms, () => {
      forget();
      resolve();
    });
  });
}
