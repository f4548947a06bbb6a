/** Runs a task that the configuration file declares with `root: true`, with the options of that file. */
import { refused, type Verb } from './verb.ts';

const MOST_CHANGES = 256;
const MOST_CHANGE = 1_024;

export const runTask: Verb<'run-task'> = async ({ task, dryRun, timeoutMs }, context) => {
  const { declared, runner, host, clock, print, underWay } = context;
  const found = await declared.task(task);
  if (!found.ok) return refused(found.why);
  const { task: other } = underWay;
  if (other !== undefined) return refused(`task ${other.name} is still running`);
  const { of, options } = found.value;
  underWay.task = { name: task, claims: dryRun ? [] : (of.claims?.(options) ?? []) };
  const { folder, data, device, collectorUrl } = declared.place;
  const longest = AbortSignal.timeout(timeoutMs);
  try {
    const outcome = await of.run(options, {
      ...{ runner, host, clock, folder, data, device, collectorUrl, dryRun, timeoutMs },
      upkeep: await context.openUpkeep(declared.place),
      name: task,
      signal: AbortSignal.any([context.signal, longest]),
      print: (line) => print(`${line}\n`),
    });
    const changes = outcome.changes.slice(0, MOST_CHANGES).map((one) => one.slice(0, MOST_CHANGE));
    return { ok: outcome.ok, text: outcome.text, outcome: { ...outcome, changes } };
  } finally {
    underWay.task = undefined;
  }
};
