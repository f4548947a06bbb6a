/** What tasks, remedies and installations did: single runs, and how often they succeed. */
import type { FastifyInstance } from 'fastify';
import { REPORT_STATES, REPORT_SUBJECTS } from '../../../protocol/messages/report.ts';
import type { FleetHistory, ReportQuery } from '../../ports/fleet.ts';
import { API, type HttpPart } from './deps.ts';
import {
  answers,
  cursorProperty,
  pageSchema,
  readStretch,
  type StretchParams,
  stretchProperties,
} from './history-query.ts';
import { reportSchema, summarySchema } from './reports-shapes.ts';

interface ReportParams extends StretchParams, Pick<ReportQuery, 'subject' | 'name' | 'state'> {}

const filters = {
  ...stretchProperties,
  subject: { type: 'string', enum: [...REPORT_SUBJECTS] },
  name: { type: 'string', description: 'Of the task, remedy or package' },
  state: { type: 'string', enum: [...REPORT_STATES] },
};

const listSchema = {
  tags: ['reports'],
  summary: 'Runs of tasks, remedies and installations, newest first, each in its newest state',
  querystring: {
    type: 'object',
    additionalProperties: false,
    properties: { ...filters, ...cursorProperty },
  },
  response: answers('One page', pageSchema('reports', reportSchema)),
};

const summaryRoute = {
  tags: ['reports'],
  summary: 'How often tasks succeed, by task and by device; the last 7 days unless told',
  querystring: { type: 'object', additionalProperties: false, properties: filters },
  response: answers('The summary; `limit` is of devices, worst first', summarySchema),
};

export function fleetReports(history: Pick<FleetHistory, 'reports' | 'summary'>): HttpPart {
  return async (app: FastifyInstance) => {
    app.get(`${API}/reports`, { schema: listSchema }, async (request, reply) => {
      const { entries, next } = await history.reports(read(request.query as ReportParams));
      return reply.send({ reports: entries, ...(next !== undefined && { next }) });
    });

    app.get(`${API}/reports/summary`, { schema: summaryRoute }, async (request, reply) =>
      reply.send(await history.summary(read(request.query as ReportParams))),
    );
  };
}

function read({ subject, name, state, ...stretch }: ReportParams): ReportQuery {
  return {
    ...readStretch(stretch),
    ...(subject !== undefined && { subject }),
    ...(name !== undefined && { name }),
    ...(state !== undefined && { state }),
  };
}
