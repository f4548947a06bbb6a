/** How a try is told: report, event and metrics. */

import type { ReportBody } from '../../../protocol/messages/report.ts';
import type { Try, TryEnd } from '../../core/remedies/state.ts';
import type { Journal } from '../../ports/caretaking.ts';
import { counter, gauge, type Sampler, sampler } from '../../samplers/sampler.ts';

const TRIES = counter(
  'muster_remedy_tries_total',
  'Tries of a remedy since the agent started, by how they ended.',
  ['remedy', 'check', 'result'],
);
const STOPPED = gauge(
  'muster_remedy_stopped',
  '1: it failed too often for this check and is not tried any more.',
  ['remedy', 'check'],
);
const INTERVAL_SECONDS = 60;

export interface RemedyFigures {
  readonly tries: readonly { readonly labels: readonly string[]; readonly count: number }[];
  readonly stopped: readonly { readonly labels: readonly string[]; readonly value: number }[];
}

export function remedyMetrics(figures: () => RemedyFigures): Sampler {
  return sampler<RemedyFigures>({
    name: 'muster_remedies',
    summary: 'what was done about checks that failed',
    profiles: ['edge', 'full'],
    intervalSeconds: INTERVAL_SECONDS,
    timeoutMs: 1_000,
    metrics: [TRIES, STOPPED],
    read: figures,
    parse: ({ tries, stopped }, emit) => {
      for (const { labels, count } of tries) emit(TRIES, count, labels);
      for (const { labels, value } of stopped) emit(STOPPED, value, labels);
    },
  });
}

export function reportOf(remedy: string, run: Try): ReportBody {
  const { kind, check, attempt, startedAt, end } = run;
  return {
    subject: 'remedy',
    name: remedy,
    kind,
    state: end?.state ?? 'running',
    startedAt,
    endedAt: end?.endedAt ?? 0,
    trigger: `check:${check}`,
    attempt,
    text: end?.text ?? '',
    output: end?.output ?? '',
    changes: [],
    figures: new Map(),
  };
}

type Event = Parameters<Journal['event']>[0];

export function triedEvent(remedy: string, run: Try, end: TryEnd): Event {
  const { id, kind, check, attempt } = run;
  return {
    name: 'remedy.tried',
    severity: end.state === 'succeeded' ? 'info' : 'warning',
    text: `${remedy} for check ${check}, try ${attempt} ${end.state}: ${end.text}`,
    attributes: { remedy, check, kind, result: end.state, attempt: String(attempt), report: id },
  };
}

export function stoppedEvent(remedy: string, check: string, failed: number): Event {
  return {
    name: 'remedy.stopped',
    severity: 'error',
    text: `${remedy} did not help check ${check} ${failed} times and is not tried any more`,
    attributes: { remedy, check },
  };
}

export function resumedEvent(remedy: string, check: string, why: string): Event {
  return {
    name: 'remedy.resumed',
    severity: 'info',
    text: `${remedy} may be tried again for check ${check}: ${why}`,
    attributes: { remedy, check },
  };
}
