/** How often tasks and remedies succeeded, by their name and by device. Pure. */
import { compareText } from '../../core/text.ts';
import type { ReportView } from '../../core/views.ts';
import type { DeviceTally, RunTally, TaskTally } from '../../ports/fleet.ts';

/** Runs that came to an end by themselves and did not succeed. */
const FAILED: readonly ReportView['state'][] = ['failed', 'timed-out', 'interrupted'];

/** Reports come newest first. */
export function tallyTasks(reports: readonly ReportView[]): TaskTally[] {
  const groups = groupBy(reports, ({ subject, name }) => `${subject} ${name}`);
  const tallies = [...groups.values()].flatMap((runs) => {
    const [first] = runs;
    if (first === undefined) return [];
    return [{ subject: first.subject, name: first.name, ...tally(first, runs) }];
  });
  return tallies.sort((a, b) => compareText(a.subject, b.subject) || compareText(a.name, b.name));
}

/** Worst first; devices of which nothing came to an end stand last. */
export function tallyDevices(reports: readonly ReportView[], limit: number): DeviceTally[] {
  const groups = groupBy(reports, ({ device }) => device);
  const tallies = [...groups.values()].flatMap((runs) => {
    const [first] = runs;
    if (first === undefined) return [];
    return [{ device: first.device, site: first.site, ...tally(first, runs) }];
  });
  const rate = ({ successRate = 2 }: DeviceTally): number => successRate;
  return tallies
    .sort((a, b) => rate(a) - rate(b) || compareText(a.device, b.device))
    .slice(0, limit);
}

function tally(newest: ReportView, runs: readonly ReportView[]): RunTally {
  const states: Record<string, number> = {};
  for (const { state } of runs) states[state] = (states[state] ?? 0) + 1;
  const succeeded = states['succeeded'] ?? 0;
  const ended = FAILED.reduce((sum, state) => sum + (states[state] ?? 0), succeeded);
  const { device, run, state, startedAt, text } = newest;
  return {
    runs: runs.length,
    states,
    ...(ended === 0 ? {} : { successRate: succeeded / ended }),
    last: { device, run, state, startedAt, text },
  };
}

function groupBy<T>(items: readonly T[], keyOf: (item: T) => string): Map<string, T[]> {
  const groups = new Map<string, T[]>();
  for (const item of items) {
    const group = groups.get(keyOf(item));
    if (group === undefined) groups.set(keyOf(item), [item]);
    else group.push(item);
  }
  return groups;
}
