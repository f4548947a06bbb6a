/** `muster rollout watch`: a bar, until the rollout has come to rest. */
import type { Command } from 'commander';
import { DEVICE_STATES } from '../../../core/rollouts/device-table.ts';
import { isEnded } from '../../../core/rollouts/rollout-table.ts';
import type { RolloutSummary, RolloutView } from '../../../ports/rollouts.ts';
import { contextOf } from '../../context.ts';
import { CliError, type CliIo } from '../../io.ts';
import { countsText, lineText, pathOf } from './text.ts';

const POLL_MS = 1_000;
const WIDTH = 40;

export function watching(group: Command, io: CliIo): void {
  group
    .command('watch <id>')
    .description('a bar, until it has ended; fails unless it is done')
    .action(async (id: string, _options: object, command: Command) => {
      const { client } = contextOf(io, command);
      await awaitRollout(io, command, await client.json<RolloutView>(pathOf(id)));
    });
}

/** Ends with the rollout, or when a person has to look at it. */
export async function awaitRollout(io: CliIo, command: Command, made: RolloutView): Promise<void> {
  const { client, answer, json } = contextOf(io, command);
  let view = made;
  let shown = '';
  for (;;) {
    const line = barText(view);
    // On a terminal the bar stays in its place; in a file each change is a line.
    if (line !== shown && !json) io.out(io.terminal ? `\r\u001b[K${line}` : `${line}\n`);
    shown = line;
    if (isEnded(view.state) || view.state === 'stopped' || io.signal.aborted) break;
    await io.sleep(POLL_MS);
    view = await client.json<RolloutView>(pathOf(made.id));
  }
  if (io.terminal && !json) io.out('\n');
  answer(view, () => lineText(view));
  if (!io.signal.aborted && view.state !== 'done')
    throw new CliError(`the rollout is ${view.state}`);
}

function barText({
  counts,
  state,
  ...view
}: RolloutSummary & { readonly stages?: RolloutView['stages'] }): string {
  const total = DEVICE_STATES.reduce((sum, one) => sum + counts[one], 0) - counts.skipped;
  const part = (n: number) => (total === 0 ? 0 : Math.floor((n / total) * WIDTH));
  const done = part(counts.succeeded);
  const bad = part(counts.failed + counts.reverting + counts.reverted);
  const going = Math.min(WIDTH - done - bad, Math.ceil(part(counts.updating + counts.retrying)));
  const bar = `${'#'.repeat(done)}${'x'.repeat(bad)}${'>'.repeat(going)}`.padEnd(WIDTH, '.');
  const stage = view.stages?.find((one) => one.state !== 'passed' && one.state !== 'waiting');
  const at = stage === undefined ? '' : ` ${stage.name} ${stage.state}`;
  return `[${bar}] ${state}${at}: ${countsText(counts)}`;
}
