/** Memory that programs can still have, and swap in use. */
import { type Infer, object } from '../../protocol/config/schema.ts';
import { check } from './check.ts';
import {
  above,
  below,
  bytes,
  levelProblems,
  percent,
  percentLevels,
  together,
} from './parse/levels.ts';
import { memoryField } from './parse/proc.ts';

const schema = object('Looks at memory and swap.', {
  available: percentLevels('Available memory is at or below. Default: 10 and 5.', {
    warning: 10,
    critical: 5,
  }),
  swap: percentLevels('Swap in use is at or above.', { warning: 50, critical: 90 }),
});

type Options = Infer<typeof schema>;

const DEFAULT_AVAILABLE = { warning: 10, critical: 5 };

export const memoryCheck = check<Options>({
  kind: 'memory',
  summary: 'memory that is available, and swap in use',
  schema,
  intervalSeconds: 30,
  timeoutSeconds: 5,
  measuresTime: false,

  problems: ({ available, swap }) => [
    ...levelProblems('available', available, 'below'),
    ...levelProblems('swap', swap, 'above'),
  ],

  run({ available = DEFAULT_AVAILABLE, swap }, { host }) {
    const text = host.readNow('/proc/meminfo') ?? '';
    const total = memoryField(text, 'MemTotal');
    const free = memoryField(text, 'MemAvailable');
    if (total === undefined || free === undefined) {
      return Promise.reject(new Error('/proc/meminfo tells no MemTotal and MemAvailable'));
    }
    const share = (free / total) * 100;
    const swapTotal = memoryField(text, 'SwapTotal') ?? 0;
    const swapUsed = swapTotal - (memoryField(text, 'SwapFree') ?? 0);
    const swapShare = swapTotal === 0 ? 0 : (swapUsed / swapTotal) * 100;
    const parts = [
      {
        state: below(share, available),
        text: `${percent(share)} of memory available (${bytes(free)})`,
      },
      ...(swapTotal === 0
        ? []
        : [{ state: above(swapShare, swap), text: `${percent(swapShare)} of swap used` }]),
    ];
    return Promise.resolve(
      together(parts, [
        { name: 'available', unit: 'ratio', value: free / total },
        ...(swapTotal === 0 ? [] : [{ name: 'swap_used', unit: 'ratio', value: swapShare / 100 }]),
      ]),
    );
  },
});
