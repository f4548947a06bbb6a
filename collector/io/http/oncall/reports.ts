/** Reports of alerts on demand, and ladders that are being climbed. */
import type { FastifyInstance } from 'fastify';
import { ApiError } from '../../../core/api-errors.ts';
import { API } from '../deps.ts';
import { answer, asked, type OnCallHttp, text, timeOf } from './deps.ts';

interface Query {
  readonly from?: string;
  readonly to?: string;
  readonly format: 'json' | 'html' | 'text';
}

const DAY = 86_400_000;

const reportSchema = {
  tags: ['alerts'],
  summary: 'What was new, resolved and noisy, and which devices were worst off',
  querystring: {
    type: 'object',
    additionalProperties: false,
    properties: {
      from: { ...text, description: 'RFC 3339 or Unix seconds; absent: a day before to' },
      to: { ...text, description: 'Absent: now' },
      format: { ...text, enum: ['json', 'html', 'text'], default: 'json' },
    },
  },
  response: answer('The report', { type: 'object' }),
};

const climbsSchema = {
  tags: ['alerts'],
  summary: 'Ladders that are being climbed: who is told next, and when',
  response: answer('Climbs', { type: 'object' }),
};

/** Styles stand in its elements, since mail readers want them there. */
const REPORT_POLICY = "default-src 'none'; style-src 'unsafe-inline'; frame-ancestors 'none'";

export function reports(app: FastifyInstance, { oncall, clock }: OnCallHttp): void {
  app.get(`${API}/reports/alerts`, { schema: reportSchema }, async (request, reply) => {
    const { from, to, format } = request.query as Query;
    const end = to === undefined ? clock.wall() : timeOf('to', to);
    const start = from === undefined ? end - DAY : timeOf('from', from);
    if (start >= end) throw new ApiError('bad-request', 'from: must be before to');
    const report = await asked(oncall.report(start, end));
    if (format === 'json') return reply.send(report.json);
    if (format === 'text') return reply.type('text/plain; charset=utf-8').send(report.text);
    void reply.header('content-security-policy', REPORT_POLICY);
    return reply.type('text/html; charset=utf-8').send(report.html);
  });

  app.get(`${API}/escalations`, { schema: climbsSchema }, (_request, reply) =>
    reply.send({ escalations: oncall.climbs() }),
  );
}
