/** Every key of the agent's file: its type, default, bounds and meaning. */

import type { Infer, Schema } from '../../protocol/config/schema.ts';
import {
  choice,
  count,
  dictionary,
  duration,
  object,
  optional,
  secret,
  size,
  text,
} from '../../protocol/config/schema.ts';
import type { Sampler } from '../samplers/sampler.ts';
import type { CareSettings, careShape } from './care.ts';
import { samplersSchema } from './samplers.ts';

const ID = '^[a-z0-9][a-z0-9-]{0,62}$';

const broker = object(
  'Where the agent sends to: the collector or a broker that it listens on.',
  {
    url: text('Address of the broker; mqtts:// speaks TLS.', {
      default: 'mqtt://127.0.0.1:1883',
      pattern: '^mqtts?://[^/@\\s]+$',
      examples: ['mqtts://collector.example.com:8883'],
    }),
    username: optional(text('Name to log in with.')),
    password: secret('Password to log in with; in the file, use passwordFile.'),
    passwordFile: optional(text('File whose first line is the password.')),
    caFile: optional(text('Certificates (PEM) to trust instead of those of the system.')),
    certFile: optional(text('Certificate (PEM) of this device, for TLS with client certificates.')),
    keyFile: optional(text('Private key (PEM) of certFile.')),
    keepalive: duration('A link that is silent for this long is asked whether it still lives.', {
      default: '60s',
      min: '5s',
      max: '1h',
    }),
  },
  { restart: true },
);

const link = object(
  'How batches travel.',
  {
    window: count('Batches on their way at once without the collector having said: durable.', {
      default: 32,
      min: 1,
      max: 1024,
    }),
    ackTimeout: duration(
      'After this long a live batch without an answer is sent again; history after three times that.',
      {
        default: '30s',
        min: '1s',
        max: '1h',
      },
    ),
    backoff: object('Waiting between attempts to connect: random, up to a bound that doubles.', {
      min: duration('First bound.', { default: '1s', min: '100ms', max: '1h' }),
      max: duration('Last bound.', { default: '30s', min: '1s', max: '1d' }),
    }),
  },
  { restart: true },
);

/** The keys that every agent knows. */
const basis = (samplers: readonly Sampler[]) =>
  ({
    site: text('The site that this device belongs to, a level of its topics.', {
      default: 'default',
      pattern: ID,
      restart: true,
    }),
    device: optional(
      text('Unique in the fleet. Default: host name and 6 digits of the hashed machine id.', {
        pattern: ID,
        examples: ['press-17-a3f9c2'],
        restart: true,
      }),
    ),
    labels: {
      ...dictionary(
        'Labels of the device, for muster_device_info and for choosing devices.',
        '^(?!__)[a-zA-Z_][a-zA-Z0-9_]{0,62}$',
        text('Value of the label.', { minLength: 0 }),
      ),
      'x-remote': true,
    },
    data: text('Folder of the buffer and of all else that must survive a restart.', {
      default: '/var/lib/muster-agent',
      restart: true,
    }),
    log: object('What the agent says about itself, on standard error.', {
      level: choice('Least important lines to write.', ['debug', 'info', 'warn', 'error'], {
        default: 'info',
        restart: true,
      }),
      format: choice('For people or for machines.', ['logfmt', 'json'], {
        default: 'logfmt',
        restart: true,
      }),
    }),
    broker,
    publish: object('When samples leave.', {
      batch: duration(
        'Samples are collected for this long and sent as one message. Longer is cheaper: payload' +
          ' bytes per point fall to a third from 10s to 1m.',
        { default: '60s', min: '1s', max: '1h', remote: true },
      ),
    }),
    sampling: object('What all samplers share.', {
      profile: choice(
        'edge: the 80 to 100 series that matter. full: much of what node_exporter has.',
        ['edge', 'full'],
        { default: 'edge', remote: true },
      ),
      interval: duration('Time between two samples, where a sampler has none of its own.', {
        default: '10s',
        min: '1s',
        max: '1d',
        remote: true,
      }),
    }),
    samplers: samplersSchema(samplers),
    buffer: object('Where samples wait for the collector.', {
      cap: size('Most bytes of records; beyond, the oldest metrics are thinned, then dropped.', {
        default: '64MiB',
        min: '1MiB',
        max: '64GiB',
        restart: true,
      }),
      syncInterval: duration(
        'A power cut may cost at most this much, plus the batch not yet made.',
        {
          default: '30s',
          min: '1s',
          max: '1h',
          restart: true,
        },
      ),
      writeDelay: duration(
        'A batch that the collector has within this time is not written at all, which spares the' +
          ' flash of a device that is online; a killed agent may lose it beside the batch not yet' +
          ' made. 0s writes every batch before it is sent.',
        { default: '2s', min: '0s', max: '1m', restart: true },
      ),
    }),
    clock: object('When the wall clock is believed.', {
      source: choice(
        'auto: once the kernel says it is synchronised. trust: always, for machines with a clock' +
          ' that is set by other means.',
        ['auto', 'trust'],
        { default: 'auto', restart: true },
      ),
    }),
    link,
    inventory: object('What the device is made of.', {
      interval: duration('Time between two inventories; the first is made at the start.', {
        default: '24h',
        min: '10m',
        max: '365d',
        restart: true,
        remote: true,
      }),
    }),
    socket: object('The local door, for muster-agent status.', {
      path: optional(
        text('Unix socket. Default: agent.sock in /run/muster as root or service, else in data.', {
          restart: true,
        }),
      ),
    }),
  }) as const;

const ABOUT = 'Configuration of muster-agent.';

/** Names of the keys at the top that every agent knows. */
export const BASIC_KEYS: readonly string[] = Object.keys(basis([]));

/** The schema with the keys of these samplers, and of what looks after the device where it is wanted. */
export const agentSchemaWith = (
  samplers: readonly Sampler[],
  care: ReturnType<typeof careShape> | undefined = undefined,
) =>
  object(ABOUT, { ...basis(samplers), ...care }) as Schema<
    Infer<ReturnType<typeof basicSchema>> & Partial<CareSettings>
  >;

const basicSchema = (samplers: readonly Sampler[]) => object(ABOUT, basis(samplers));
