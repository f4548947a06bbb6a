/** The rollout file: its keys, their meaning and their bounds. Checks, defaults, types and the JSON Schema come from it. */
import {
  choice,
  count,
  duration,
  flag,
  type Infer,
  list,
  object,
  optional,
  type Schema,
  text,
} from '../../../protocol/config/schema.ts';

const NAME = '^[a-z0-9][a-z0-9-]{0,62}$';
const WEEKDAYS = ['sun', 'mon', 'tue', 'wed', 'thu', 'fri', 'sat'] as const;

function percent(description: string, fallback?: number): Schema<number> {
  const base = { type: 'number' as const, description, minimum: 0, maximum: 100 };
  return fallback === undefined ? base : { ...base, default: fallback };
}

const control = object(
  'Updated devices against devices of the target that wait, at the same time',
  {
    enabled: flag('Whether they are compared', { default: true }),
    tolerance: percent('Points by which updated devices may fail more often before it counts', 2),
    margin: percent('Points; "go" shows that they do not fail more often by this', 10),
    alpha: percent('Chance of a false stop, over the whole rollout', 0.1),
    inconclusive: choice(
      'When a stage is through and the test has not decided',
      ['go', 'stop', 'wait'],
      {
        default: 'go',
      },
    ),
  },
);

const expression = object('A PromQL expression that names bad devices, as an alert does', {
  expr: text(
    'Samples whose `instance` was updated are bad devices; one without `instance` is about all',
  ),
  most: percent('Percent of the updated devices that it may name', 0),
});

const gates = {
  success: percent('Least percent of ended devices that succeeded', 90),
  ended: percent('Least percent of its devices that must have ended; the others are offline', 50),
  errors: optional(count('Most devices that may fail', { min: 0 })),
  control,
  expressions: list('Each must hold until the end of the soak time', expression),
  soak: duration('How long the stage is watched after its last device', {
    default: '0s',
    max: '90d',
  }),
  approval: flag('A person says when it goes on', { default: false }),
};

const stage = object('A part of the target', {
  name: text('Unique in the file', { pattern: NAME }),
  devices: list('These devices', text('Id of a device')),
  count: optional(count('So many devices, those that are online first', { min: 1 })),
  share: optional(percent('Up to this percent of the target, with the stages before')),
  selector: optional(text('Devices of the target that match')),
  after: optional(
    list(
      'Stages that must have passed; [] begins at once. Default: the one before',
      text('Name of a stage'),
    ),
  ),
  parallel: optional(count('Most devices at the same time', { min: 1 })),
  blueGreen: optional(
    object('One site after the other: a share of its devices at once; they go back at once, too', {
      share: percent('Percent of the devices of each site', 50),
    }),
  ),
  gates: optional(object('Instead of those of the file', gates)),
});

const window = object('All parts that are given must hold', {
  times: list(
    'Like 22:00-05:00; past midnight is one night',
    text('From-to', { pattern: '^\\d\\d:\\d\\d-\\d\\d:\\d\\d$' }),
  ),
  weekdays: list('Days on which it begins', choice('Day', WEEKDAYS)),
  zone: text('IANA name of the zone', { default: 'UTC' }),
});

export const rolloutSchema = object('Rollout', {
  name: optional(text('For people')),
  packages: list(
    'What devices get',
    object('A release', {
      name: text('Package', { pattern: NAME }),
      version: text('Semantic version'),
    }),
  ),
  target: text('Selector of the devices', { default: 'all' }),
  exclude: list('These devices never', text('Id of a device')),
  priority: count('Of rollouts of one package the higher one has a device', {
    default: 0,
    min: -1000,
    max: 1000,
  }),
  downgrade: flag('Devices that have a newer version get it, too', { default: false }),
  until: duration('Then devices that have not begun are given up', {
    default: '30d',
    min: '1m',
    max: '400d',
  }),
  device: object('Each device', {
    deadline: duration('Silence for so long after it was told is a failure', {
      default: '1h',
      min: '10s',
      max: '30d',
    }),
    retries: count('Further attempts after a failure', { default: 1, min: 0, max: 10 }),
    backoff: duration('Before the first further attempt; doubles', { default: '5m', max: '7d' }),
  }),
  limits: object('Of the whole rollout', {
    parallel: count('Most devices at the same time', { default: 200, min: 1 }),
    perMinute: count('Most devices begun within any minute', { default: 1000, min: 1 }),
  }),
  windows: list('Devices begin only within one of these; none: always', window),
  onFailure: choice('When a gate stops a stage', ['pause', 'rollback-stage', 'rollback-all'], {
    default: 'rollback-all',
  }),
  gates: object('Of stages that name none', gates),
  stages: list('In order', stage),
});

export type RolloutFile = Infer<typeof rolloutSchema>;
export type StageFile = RolloutFile['stages'][number];
export type GatesFile = RolloutFile['gates'];
export type WindowFile = RolloutFile['windows'][number];
