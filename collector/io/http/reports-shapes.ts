/** JSON Schemas of runs and of their summary. */
import { REPORT_STATES, REPORT_SUBJECTS } from '../../../protocol/messages/report.ts';

const text = { type: 'string' } as const;
const ms = { type: 'number', description: 'UTC milliseconds' } as const;
const integer = { type: 'integer' } as const;
const state = { type: 'string', enum: [...REPORT_STATES] };
const subject = { type: 'string', enum: [...REPORT_SUBJECTS] };

const report = {
  device: text,
  site: text,
  run: text,
  subject,
  name: text,
  kind: { ...text, description: 'The executor' },
  state,
  startedAt: ms,
  receivedAt: ms,
  trigger: text,
  attempt: integer,
  text,
  output: { ...text, description: 'The end of its output' },
  changes: { type: 'array', items: text },
  figures: { type: 'object', additionalProperties: integer },
};

export const reportSchema = {
  type: 'object',
  properties: { ...report, endedAt: { ...ms, description: 'Absent while it runs' } },
  required: Object.keys(report),
  additionalProperties: false,
};

const last = { device: text, run: text, state, startedAt: ms, text };
const tally = {
  runs: integer,
  states: { type: 'object', additionalProperties: integer },
  last: { type: 'object', properties: last, required: Object.keys(last) },
};
const successRate = {
  type: 'number',
  minimum: 0,
  maximum: 1,
  description: 'Of runs that ended by themselves; absent when none did',
};

function tallies(identity: Readonly<Record<string, object>>): object {
  const required = { ...identity, ...tally };
  const properties = { ...required, successRate };
  const items = { type: 'object', properties, required: Object.keys(required) };
  return { type: 'array', items: { ...items, additionalProperties: false } };
}

const summary = {
  since: ms,
  until: ms,
  runs: integer,
  complete: { type: 'boolean', description: 'False when there were more runs than are read' },
  tasks: tallies({ subject, name: text }),
  devices: tallies({ device: text, site: text }),
};

export const summarySchema = {
  type: 'object',
  properties: summary,
  required: Object.keys(summary),
  additionalProperties: false,
};
