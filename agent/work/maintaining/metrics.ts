/** `muster_task_*`: how each task fares, sampled like everything else. */
import type { ReportState } from '../../../protocol/messages/report.ts';
import { counter, gauge, type Sampler, sampler } from '../../samplers/sampler.ts';

export interface TaskFigures {
  readonly name: string;
  readonly kind: string;
  /** UTC milliseconds. */
  readonly next?: number | undefined;
  readonly last?:
    | { readonly state: ReportState; readonly startedAt: number; readonly endedAt: number }
    | undefined;
  /** Since the agent's start. */
  readonly runs: ReadonlyMap<ReportState, number>;
}

const LABELS = ['task', 'kind'];
const RESULT = gauge('muster_task_last_result', '1: the last run was good, 0: it was not.', LABELS);
const LAST = gauge('muster_task_last_run_timestamp_seconds', 'Start of the last run.', LABELS);
const DURATION = gauge('muster_task_last_duration_seconds', 'How long the last run took.', LABELS);
const NEXT = gauge('muster_task_next_run_timestamp_seconds', 'When it is due next.', LABELS);
const RUNS = counter('muster_task_runs_total', 'Runs by how they ended.', ['task', 'state']);

const INTERVAL_SECONDS = 60;

export function taskMetrics(figures: () => readonly TaskFigures[]): Sampler {
  return sampler<readonly TaskFigures[]>({
    name: 'muster_task',
    summary: 'tasks of the agent',
    profiles: ['edge', 'full'],
    intervalSeconds: INTERVAL_SECONDS,
    timeoutMs: 1_000,
    metrics: [RESULT, LAST, DURATION, NEXT, RUNS],
    read: () => figures(),
    parse: (tasks, emit) => {
      for (const { name, kind, next, last, runs } of tasks) {
        const labels = [name, kind];
        if (last !== undefined) {
          emit(RESULT, last.state === 'succeeded' ? 1 : 0, labels);
          emit(LAST, last.startedAt / 1000, labels);
          emit(DURATION, Math.max(0, last.endedAt - last.startedAt) / 1000, labels);
        }
        if (next !== undefined) emit(NEXT, next / 1000, labels);
        for (const [state, count] of runs) emit(RUNS, count, [name, state]);
      }
    },
  });
}
