/** JSON Schemas of the shapes in core/views.ts. A test holds them against real answers. */
import { healthBriefSchema, healthSchema, reportedSchema } from './device-shapes.ts';

const text = { type: 'string' } as const;
const ms = { type: 'number', description: 'UTC milliseconds' } as const;
const texts = { type: 'array', items: text } as const;
const labels = { type: 'object', additionalProperties: text } as const;
const integer = { type: 'integer' } as const;

export const gapSchema = {
  type: 'object',
  properties: { from: ms, to: ms, cause: text, samples: integer, epoch: text },
  required: ['from', 'to', 'cause'],
  additionalProperties: false,
};

const span = {
  type: 'object',
  properties: { first: integer, last: integer },
  required: ['first', 'last'],
};

const epoch = {
  type: 'object',
  properties: {
    epoch: text,
    low: integer,
    next: integer,
    received: { type: 'array', items: span },
    spans: integer,
  },
  required: ['epoch', 'low', 'next', 'received', 'spans'],
};

const identity = {
  id: text,
  site: text,
  up: { type: 'boolean', description: 'Absent while the collector is too young to know' },
  firstSeen: ms,
  lastSeen: ms,
  agentVersion: text,
  boot: text,
  machine: text,
  labels,
  facts: labels,
  capabilities: texts,
  heartbeatSeconds: { type: 'number' },
  problems: texts,
};
const optional = ['up', 'lastGap', 'health', 'reported'];

function device(more: Readonly<Record<string, object>>): object {
  const properties = { ...identity, ...more };
  const required = Object.keys(properties).filter((name) => !optional.includes(name));
  return { type: 'object', properties, required, additionalProperties: false };
}

export const deviceSchema = device({
  health: healthSchema,
  reported: reportedSchema,
  epochs: { type: 'array', items: epoch },
  gaps: { type: 'array', items: gapSchema },
});

export const deviceSummarySchema = device({
  health: healthBriefSchema,
  held: { ...integer, description: 'Numbers held when the device last sent its state' },
  gapCount: integer,
  lastGap: gapSchema,
});
