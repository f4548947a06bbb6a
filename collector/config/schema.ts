/** Every key of the collector's file: its type, default, bounds and meaning. */
import {
  choice,
  count,
  duration,
  flag,
  list,
  listen,
  object,
  optional,
  secret,
  size,
  text,
} from '../../protocol/config/schema.ts';

const tls = optional(
  object('Certificate of this listener; without it the listener is not encrypted.', {
    certFile: text('Certificate chain (PEM).'),
    keyFile: text('Private key (PEM).'),
  }),
);

const mqtt = object(
  'The built-in MQTT broker. Not used when broker.url names an external one.',
  {
    listen: listen('Where devices connect.', { default: '127.0.0.1:1883' }),
    tls,
    limits: object('What one client may ask of the broker; beyond, it is read more slowly.', {
      packetBytes: size('Largest packet; a client that sends a larger one is disconnected.', {
        default: '1100KiB',
        min: '1KiB',
        max: '16MiB',
      }),
      messagesPerSecond: count('Messages of one client, per second.', {
        default: 500,
        min: 1,
        max: 1_000_000,
      }),
      bytesPerSecond: size('Bytes of one client, per second.', {
        default: '4MiB',
        min: '1KiB',
        max: '1GiB',
      }),
      connections: count('Clients at once.', { default: 20_000, min: 1, max: 1_000_000 }),
    }),
  },
  { restart: true },
);

const broker = optional(
  object(
    'An external MQTT 3.1.1 broker instead of the built-in one.',
    {
      url: text('Address of the broker; mqtts:// speaks TLS.', {
        pattern: '^mqtts?://[^/@\\s]+$',
        examples: ['mqtts://broker.example.com:8883'],
      }),
      username: optional(text('Name to log in with.')),
      password: secret('Password to log in with; in the file, use passwordFile.'),
      passwordFile: optional(text('File whose first line is the password.')),
      caFile: optional(text('Certificates (PEM) to trust instead of those of the system.')),
    },
    { restart: true },
  ),
);

const DAYS = { min: '1h', max: '36500d' };

const query = object('What one query of the HTTP API may cost.', {
  timeout: duration('Longest evaluation; a request may only shorten it.', {
    default: '2m',
    min: '1s',
    max: '1h',
  }),
  maxSamples: count('Samples that a query may hold at once.', {
    default: 50_000_000,
    min: 1_000,
    max: 1_000_000_000,
  }),
  concurrency: count('Queries evaluated at once; others wait.', {
    default: 20,
    min: 1,
    max: 1_000,
  }),
  lookback: duration('How far back an instant looks for its sample.', {
    default: '5m',
    min: '1s',
    max: '1d',
  }),
});

const rules = object('Recording and alerting rules, in the format of Prometheus.', {
  files: list(
    'Rule files; `*` and `?` in the last part of a path match names.',
    text('A path, relative to this file.', { examples: ['rules/*.yml'] }),
  ),
  shipped: flag('Also the rules that come with Muster (docs/rules.md).', { default: true }),
  interval: duration('Time between evaluations of a group that does not say.', {
    default: '15s',
    min: '1s',
    max: '1d',
  }),
  queryOffset: duration(
    'Groups that do not say are evaluated as of this long ago: the longest time that devices' +
      ' gather samples before they send them, so that late samples are not missed.',
    { default: '60s', min: '0s', max: '1h' },
  ),
  holdSilentDevices: flag(
    'Alerts about a device that is down or behind stay as they are until it is heard again.',
    { default: true },
  ),
});

const alerting = object('From alerts to people.', {
  file: optional(
    text("Routes and receivers, in Alertmanager's format; without it alerts are shown only.", {
      examples: ['alertmanager.yml'],
    }),
  ),
  policies: optional(
    text('Escalations, flap damping, recurring silences and summaries (docs/oncall.md).', {
      examples: ['policies.yml'],
    }),
  ),
  externalUrl: optional(
    text('Address under which people reach the page, for links in messages.', {
      pattern: '^https?://[^\\s]+$',
      examples: ['https://muster.example.com'],
    }),
  ),
  retention: duration('How long the history of alerts is kept.', {
    default: '90d',
    min: '1d',
    max: '3650d',
  }),
});

export const collectorSchema = object('Configuration of muster-collector.', {
  data: text('Folder of everything that the collector keeps.', {
    default: '/var/lib/muster-collector',
    restart: true,
  }),
  log: object('What the collector says about itself, on standard error.', {
    level: choice('Least important lines to write.', ['debug', 'info', 'warn', 'error'], {
      default: 'info',
      restart: true,
    }),
    format: choice('For people or for machines.', ['logfmt', 'json'], {
      default: 'logfmt',
      restart: true,
    }),
  }),
  http: object(
    'The page, the API and the Prometheus endpoints.',
    {
      listen: listen('Where browsers and tools connect.', { default: '127.0.0.1:8080' }),
      tls,
      allowedHosts: list(
        'Names that browsers may use for this server, beside its own address and localhost;' +
          ' guards against pages that rebind their name to it.',
        text('A host name, without port.'),
      ),
    },
    { restart: true },
  ),
  mqtt,
  broker,
  store: object(
    'How long what is kept, and how much.',
    {
      retention: object('Older data is dropped, a whole day at a time.', {
        raw: duration('Samples as they came.', { default: '15d', ...DAYS }),
        '1m': duration('Rollups of one minute.', { default: '90d', ...DAYS }),
        '1h': duration('Rollups of one hour.', { default: '730d', ...DAYS }),
      }),
      limits: object('New series beyond these are refused and counted.', {
        seriesPerDevice: count('Series of one device.', { default: 5000, min: 10, max: 32_768 }),
        series: count('Series in all.', { default: 1_000_000, min: 100, max: 100_000_000 }),
      }),
    },
    { restart: true },
  ),
  query,
  rules,
  alerting,
  mirror: object('JSON topics for tools that do not read CBOR.', {
    metrics: choice(
      'on-demand: for devices whose mirror somebody subscribes to (built-in broker only).',
      ['on-demand', 'always', 'off'],
      { default: 'on-demand', restart: true },
    ),
  }),
  liveness: object('When a device counts as down.', {
    heartbeat: duration(
      'A device is down when it was silent for 1.5 times this, or its own when longer.',
      {
        default: '60s',
        min: '10s',
        max: '1d',
        restart: true,
      },
    ),
  }),
  desired: object('Configuration and flags for devices.', {
    grace: duration(
      'How long a device watches its own health before it keeps a configuration; it goes back by' +
        ' itself when it got worse.',
      { default: '5m', min: '1s', max: '7d', restart: true },
    ),
  }),
  history: object('What devices told of their runs and of themselves, and what they were told.', {
    age: duration('Older entries are dropped.', { default: '90d', ...DAYS, restart: true }),
    runsPerDevice: count('Runs of tasks and remedies kept of one device.', {
      default: 1000,
      min: 10,
      max: 100_000,
      restart: true,
    }),
    eventsPerDevice: count('Events kept of one device.', {
      default: 500,
      min: 10,
      max: 100_000,
      restart: true,
    }),
    commands: duration('How long commands that are over are kept.', {
      default: '30d',
      ...DAYS,
      restart: true,
    }),
    rollouts: duration(
      'How long rollouts that are over are kept, with what became of each device; until then they' +
        ' can be taken back.',
      { default: '730d', ...DAYS, restart: true },
    ),
  }),
  commands: object('Sending commands to devices.', {
    perSecond: count('Most commands published in a second.', {
      default: 200,
      min: 1,
      max: 100_000,
      restart: true,
    }),
  }),
  releases: object('Releases that devices fetch (docs/releases.md).', {
    folder: optional(
      text('The repository that muster release publishes to; without it, releases in data.', {
        examples: ['/srv/releases'],
        restart: true,
      }),
    ),
  }),
  backups: object('What devices leave here, in the folder backups of data.', {
    maxBytes: size('Largest backup that is taken.', { default: '1GiB', min: '1KiB', max: '1TiB' }),
    keep: count('Backups kept of each name of a device; older ones are dropped.', {
      default: 7,
      min: 1,
      max: 10_000,
    }),
  }),
  capacity: object('What the collector knows of its own size.', {
    collectors: count('Collectors that share this fleet, this one included.', {
      default: 1,
      min: 1,
      max: 1_000,
    }),
  }),
  insecure: flag(
    'Allows listeners beyond this machine without encryption and login. Only on a network where' +
      ' everybody may see and do everything.',
    { default: false, restart: true },
  ),
});
