/** JSON Schemas of what devices say of themselves: health, and what they run. */
import { CHECK_STATES, OVERALL } from '../../../protocol/messages/health.ts';
import { DESIRED_OUTCOMES } from '../../../protocol/messages/reported.ts';

const text = { type: 'string' } as const;
const ms = { type: 'number', description: 'UTC milliseconds by the device’s clock' } as const;
const integer = { type: 'integer' } as const;
const texts = { type: 'array', items: text } as const;

function closed(properties: Readonly<Record<string, object>>): object {
  return {
    type: 'object',
    properties,
    required: Object.keys(properties),
    additionalProperties: false,
  };
}

const brief = {
  overall: { type: 'string', enum: [...OVERALL] },
  reason: { ...text, description: 'Why it is not healthy' },
  since: ms,
  failing: { ...integer, description: 'Checks in the state critical' },
};

export const healthBriefSchema = closed(brief);

const check = closed({
  name: text,
  kind: text,
  state: { type: 'string', enum: [...CHECK_STATES] },
  since: ms,
  at: { ...ms, description: 'When it last ran' },
  text,
  critical: { type: 'boolean', description: 'Its failure makes the device unhealthy' },
  component: text,
  durationMs: { type: 'number' },
  labels: { type: 'object', additionalProperties: text },
});

export const healthSchema = closed({ ...brief, at: ms, checks: { type: 'array', items: check } });

export const reportedSchema = closed({
  at: ms,
  version: { ...integer, description: 'Of the desired state in force; 0: the own file alone' },
  seen: { ...integer, description: 'The newest version that it looked at' },
  outcome: { type: 'string', enum: [...DESIRED_OUTCOMES] },
  problems: { type: 'array', items: closed({ path: text, message: text }) },
  config: { ...text, description: 'Begin of the digest of its effective configuration' },
  restartNeeded: texts,
  flags: { type: 'object', additionalProperties: { type: ['boolean', 'number', 'string'] } },
  packages: { type: 'array', items: closed({ name: text, version: text, slot: text }) },
  declared: closed({ checks: texts, tasks: texts, commands: texts }),
});
