/**
 * The file of policies: what Muster does for people beyond Alertmanager's routes. A file of its own,
 * because Alertmanager's tools refuse keys that they do not know.
 */
import {
  choice,
  count,
  dictionary,
  duration,
  list,
  object,
  optional,
  text,
} from '../../../protocol/config/schema.ts';

const DAY = '1d';
const NAME = '^[A-Za-z0-9][A-Za-z0-9_.-]{0,62}$';
const receivers = list(
  'Receivers, by their names in the alerting file.',
  text('Name of a receiver.'),
);
const matchers = list(
  'Alerts that match all of these; none means every alert.',
  text('A matcher, as in Alertmanager.', { examples: ['severity="page"'] }),
);
const location = text('Time zone of the times, by its name.', {
  default: 'UTC',
  examples: ['Europe/Berlin'],
});

const step = object('One step of a ladder.', {
  after: duration('Waits this long after the step before, or after the alert for the first.', {
    default: '0s',
    min: '0s',
    max: '7d',
  }),
  receivers,
});

const escalation = object('Who is told next while nobody acknowledges.', {
  steps: list('The ladder, from the first to be told to the last.', step),
  repeat: count('How often the whole ladder is climbed again after its end.', {
    default: 0,
    min: 0,
    max: 100,
  }),
  acknowledgeTimeout: duration(
    'Still firing this long after somebody acknowledged it, an alert climbs the ladder anew.',
    { default: '4h', min: '1m', max: '30d' },
  ),
});

const summary = object('A report at fixed times.', {
  every: choice(
    'daily, or the day of the week',
    ['daily', 'monday', 'tuesday', 'wednesday', 'thursday', 'friday', 'saturday', 'sunday'],
    { default: 'daily' },
  ),
  at: text('Time of day.', { default: '07:00', pattern: '^([01]\\d|2[0-3]):[0-5]\\d$' }),
  location,
  matchers,
  receivers,
});

export const policiesSchema = object('Escalation, flap damping, recurring silences, summaries.', {
  escalations: dictionary('Ladders by name.', NAME, escalation),
  routes: list(
    'Which alerts climb which ladder: the first that matches.',
    object('One rule.', { matchers, escalation: text('Name of a ladder.', { pattern: NAME }) }),
  ),
  flapping: optional(
    object('Alerts that come and go are held until they stay resolved for a while.', {
      window: duration('Changes within this time are counted.', {
        default: '1h',
        min: '1m',
        max: DAY,
      }),
      changes: count('So many changes make an alert a flapping one.', {
        default: 6,
        min: 2,
        max: 1000,
      }),
      hold: duration('It counts as firing until it stayed resolved for this long.', {
        default: '15m',
        min: '10s',
        max: DAY,
      }),
    }),
  ),
  silences: dictionary(
    'Silences that come again at fixed times.',
    NAME,
    object('One of them.', {
      matchers,
      timeIntervals: list(
        'Names of time intervals of the alerting file; silent while one of them holds.',
        text('Name of a time interval.'),
      ),
      comment: optional(text('Why.')),
    }),
  ),
  summaries: dictionary('Reports by name.', NAME, summary),
});
