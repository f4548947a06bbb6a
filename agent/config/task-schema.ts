/** Every key of `tasks`, `windows` and `metered`: its type, default, bounds and meaning. */
import type { Schema, SchemaNode } from '../../protocol/config/schema.ts';
import {
  choice,
  count,
  dictionary,
  duration,
  flag,
  list,
  object,
  optional,
  size,
  text,
} from '../../protocol/config/schema.ts';
import type { Retries } from '../core/tasks/retry.ts';
import {
  MONTHLY_PATTERN,
  TIME_PATTERN,
  WEEKDAYS,
  WEEKLY_PATTERN,
  type Weekday,
  type WrittenSchedule,
} from '../core/tasks/written.ts';
import type { Task } from '../tasks/task.ts';

export interface WrittenTask {
  readonly enabled: boolean;
  readonly root?: boolean;
  readonly schedule: WrittenSchedule & {
    readonly timezone: string;
    readonly jitter: number;
    readonly missed: 'run' | 'skip';
  };
  readonly window?: string;
  readonly conditions: {
    readonly mains: boolean;
    readonly maxLoad?: number;
    readonly unmetered: boolean;
    readonly minFree?: { readonly path: string; readonly bytes: number };
  };
  readonly priority: number;
  readonly timeout?: number;
  readonly retries: Retries;
  readonly [kind: string]: unknown;
}

export interface WrittenWindow {
  readonly days: readonly Weekday[];
  readonly from: string;
  readonly to: string;
  readonly timezone: string;
}

export interface TaskSettings {
  readonly tasks: Readonly<Record<string, WrittenTask>>;
  readonly windows: Readonly<Record<string, WrittenWindow>>;
  readonly metered: readonly string[];
}

const NAME = '^[a-z0-9][a-z0-9-]{0,62}$';

const zone = text('Name of a time zone; its clocks count, summer time included.', {
  default: 'UTC',
  examples: ['Europe/Berlin'],
});

/** What every task has, whatever its kind. */
export const COMMON = {
  enabled: flag('Whether its schedule counts; by hand it can be run all the same.', {
    default: true,
    remote: true,
  }),
  root: optional(flag('Runs in the helper, with its rights. Default: as its kind says.')),
  schedule: object(
    'When it is due; at most one of daily, weekly, monthly and cron. None: by hand alone.',
    {
      daily: optional(text('Time of the day.', { pattern: TIME_PATTERN, examples: ['03:00'] })),
      weekly: optional(
        text('Weekday and time.', { pattern: WEEKLY_PATTERN, examples: ['sun 03:00'] }),
      ),
      monthly: optional(
        text('Day of the month and time; where a month is shorter, its last day.', {
          pattern: MONTHLY_PATTERN,
          examples: ['1 03:00'],
        }),
      ),
      cron: optional(
        text('Minute, hour, day, month, weekday; all of them must match.', {
          examples: ['*/15 * * * *'],
        }),
      ),
      timezone: zone,
      jitter: duration('Runs up to so much later: always the same for a device and task.', {
        default: '0s',
        max: '7d',
      }),
      missed: choice(
        'A turn that was missed (off, or no time known) runs once within a day, or is skipped.',
        ['run', 'skip'],
        { default: 'run' },
      ),
    },
    { remote: true },
  ),
  window: optional(
    text('Name below windows: it begins only while that is open.', { remote: true }),
  ),
  conditions: object('Looked at when it is due, then once a minute until they hold.', {
    mains: flag('Not on battery.', { default: false, remote: true }),
    maxLoad: optional({
      type: 'number',
      description: 'Most that the load average of one minute may be.',
      minimum: 0,
      maximum: 10_000,
      'x-remote': true,
    } as Schema<number>),
    unmetered: flag('The default route goes over none of the interfaces in `metered`.', {
      default: false,
      remote: true,
    }),
    minFree: optional(
      object('Free space that must be there.', {
        path: text('A path on the file system.', { default: '/', pattern: '^/' }),
        bytes: size('At least so much.', { default: '100MiB', remote: true }),
      }),
    ),
  }),
  priority: count('Of those that wait, the highest begins first.', {
    default: 0,
    min: -100,
    max: 100,
    remote: true,
  }),
  timeout: optional(
    duration('A run that takes longer is stopped. Default: as its kind says.', {
      min: '1s',
      max: '7d',
      remote: true,
    }),
  ),
  retries: object(
    'A run that failed is tried again.',
    {
      count: count('Further tries.', { default: 0, min: 0, max: 10 }),
      delay: duration('Time between two tries.', { default: '5m', min: '1s', max: '1d' }),
    },
    { remote: true },
  ),
};

export function tasksSchema(kinds: readonly Task[]): Schema<TaskSettings['tasks']> {
  const own = kinds.map(({ kind, schema }) => [kind, optional(schema)] as const);
  return dictionary(
    'What the device does to keep itself in order, by names of your own.',
    NAME,
    object('One task: exactly one kind, when it is due, and what must hold.', {
      ...Object.fromEntries(own),
      ...COMMON,
    }) as SchemaNode as Schema<WrittenTask>,
  );
}

export const windowsSchema: Schema<TaskSettings['windows']> = dictionary(
  'Maintenance windows, by names of your own: when tasks that name them may begin.',
  NAME,
  object(
    'Opens on these days. An end that is not after its beginning is on the next day.',
    {
      days: { ...list('Days on which it opens.', choice('Weekday.', WEEKDAYS)), default: WEEKDAYS },
      from: text('Time of the day.', { pattern: TIME_PATTERN, examples: ['01:00'] }),
      to: text('Time of the day at which nothing begins any more.', {
        pattern: TIME_PATTERN,
        examples: ['05:00'],
      }),
      timezone: zone,
    },
    { remote: true },
  ),
);

export const meteredSchema: Schema<readonly string[]> = {
  ...list(
    'Patterns of network interfaces that cost by the byte, for the condition `unmetered`.',
    text('Pattern of an interface.', { pattern: '^[a-zA-Z0-9_.:*?-]{1,15}$' }),
  ),
  default: ['wwan*', 'ppp*'],
};
