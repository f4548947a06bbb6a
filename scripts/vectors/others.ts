/** Schemas, states, events and acks of the vectors. */
import type { Ack } from '../../protocol/messages/ack.ts';
import type { EventMessage } from '../../protocol/messages/event.ts';
import type { SeriesDefinition } from '../../protocol/messages/schema.ts';
import type { DeviceState } from '../../protocol/messages/state.ts';
import { HEADER } from './batches.ts';

export const SCHEMAS: Readonly<Record<string, readonly SeriesDefinition[]>> = {
  'no series': [],
  'two families, labels, references': [
    {
      name: 'node_cpu_seconds_total',
      labels: [
        ['cpu', '0'],
        ['mode', 'idle'],
      ],
      type: 'counter',
      unit: 'seconds',
      reference: { mantissa: 423_107, scale: 2 },
    },
    {
      name: 'node_cpu_seconds_total',
      labels: [
        ['cpu', '0'],
        ['mode', 'iowait'],
      ],
      type: 'counter',
      unit: 'seconds',
    },
    {
      name: 'node_load1',
      labels: [],
      type: 'gauge',
      unit: '',
      reference: { mantissa: 24, scale: 2 },
    },
  ],
  'references at both ends, a family that comes twice': [
    {
      name: 'a:b',
      labels: [],
      type: 'untyped',
      unit: '',
      reference: { mantissa: 2 ** 51, scale: 12 },
    },
    {
      name: 'c',
      labels: [['_', '']],
      type: 'gauge',
      unit: 'ratio',
      reference: { mantissa: -(2 ** 51), scale: 0 },
    },
    { name: 'a:b', labels: [['x', 'y']], type: 'untyped', unit: '' },
  ],
  'values of labels are any text': [
    {
      name: 'm',
      labels: [
        ['path', '/mnt/"ä\n€😀\\'],
        ['proto', '__proto__'],
      ],
      type: 'gauge',
      unit: '',
    },
  ],
};

const texts = (object: Record<string, string>) => new Map(Object.entries(object));

export const STATES: Readonly<Record<string, DeviceState>> = {
  'offline, as the will says it': { online: false, session: '1122334455667788' },
  'online, two epochs': {
    online: true,
    session: '1122334455667788',
    agentVersion: '0.1.0',
    epochs: [
      { epoch: '0000000000000001', low: 40, next: 77 },
      { epoch: '0102030405060708', low: 1, next: 1 },
    ],
    capabilities: ['events', 'tasks'],
    boot: 'aabbccddeeff0011',
    wall: 1_763_690_000_123,
    machine: '99aabbccddeeff00',
    heartbeatSeconds: 60,
    labels: texts({ ring: 'canary', hardware: 'rpi4' }),
    facts: texts({ hostname: 'edge-1', kernel: '6.1.0', model: 'Raspberry Pi 4 Model B Rev 1.4' }),
  },
  'online, as little as there may be, largest number': {
    online: true,
    session: 'ffffffffffffffff',
    agentVersion: '',
    epochs: [{ epoch: 'ffffffffffffffff', low: 2 ** 53 - 1, next: 2 ** 53 - 1 }],
    capabilities: [],
    boot: '0000000000000000',
    wall: -1,
    machine: '0000000000000000',
    heartbeatSeconds: 86_400,
    labels: new Map(),
    facts: new Map(),
  },
};

export const EVENTS: Readonly<Record<string, EventMessage>> = {
  'neither events nor gaps': { header: HEADER, events: [], gaps: [] },
  'two events': {
    header: HEADER,
    events: [
      {
        wall: 1_763_690_000_123,
        name: 'link.flapping',
        severity: 'warning',
        text: 'eth0 went down 5 times in a minute',
        attributes: texts({ device: 'eth0', times: '5' }),
      },
      { wall: 0, name: 'filesystem.readonly', severity: 'error', text: '', attributes: new Map() },
    ],
    gaps: [],
  },
  'gaps, with and without numbers, samples, epoch': {
    header: HEADER,
    events: [],
    gaps: [
      { from: 1_763_680_000_000, to: 1_763_690_000_000, cause: 'power', numbers: [] },
      {
        from: -5,
        to: -5,
        cause: 'full',
        numbers: [
          { first: 1, last: 1 },
          { first: 3, last: 900 },
        ],
        samples: 84_000,
        epoch: '0000000000000001',
      },
      { from: 0, to: 1, cause: 'thinned', numbers: [], samples: 0 },
    ],
  },
};

export const ACKS: Readonly<Record<string, Ack>> = {
  'nothing yet': {
    epoch: '0102030405060708',
    ranges: [],
    needSchemas: [],
    needKinds: [],
    now: 1_763_690_000_999,
  },
  'ranges and needs': {
    epoch: '0102030405060708',
    ranges: [
      { first: 1, last: 23 },
      { first: 25, last: 25 },
      { first: 300, last: 2 ** 53 - 1 },
    ],
    needSchemas: ['1122334455667788', '0000000000000000'],
    needKinds: ['state', 'reported'],
    now: 1_763_690_000_999,
  },
};
