/** `muster rollout pause | resume | abort | approve | retry | rollback`. */
import type { Command } from 'commander';
import type { RolloutView } from '../../../ports/rollouts.ts';
import { contextOf } from '../../context.ts';
import { CliError, type CliIo } from '../../io.ts';
import { send, userName } from '../../sending.ts';
import { lineText, pathOf } from './text.ts';

const DESCRIPTIONS = {
  pause: 'nobody begins; who has begun goes on',
  resume: 'goes on, also after a gate: failures so far are let pass',
  abort: 'ends it: what is on its way is called off, what is updated stays',
  approve: 'lets a stage that asks go on',
  retry: 'tries devices that failed again',
  rollback: 'takes it back from all that were updated, also after its end',
} as const;

interface ActOptions {
  readonly comment: string;
  readonly by?: string;
  readonly stage?: string;
  readonly to?: readonly string[];
}

export function acting(group: Command, io: CliIo): void {
  for (const [action, description] of Object.entries(DESCRIPTIONS)) {
    const command = group
      .command(`${action} <id>`)
      .description(description)
      .option('--comment <text>', 'why', '')
      .option('--by <name>', 'who (default: $USER)');
    if (action === 'approve') command.option('--stage <name>', 'when several ask');
    if (action === 'rollback')
      command.option('--to <package@version...>', 'instead of what each device had');
    command.action(async (id: string, options: ActOptions, self: Command) => {
      const { comment, by, stage, to } = options;
      const body = {
        ...{ comment, by: userName(io, by) },
        ...(stage !== undefined && { stage }),
        ...(to !== undefined && { to: to.map(packageOf) }),
      };
      const view = await send<RolloutView>(io, self, 'POST', `${pathOf(id)}/${action}`, body);
      contextOf(io, self).answer(view, () => lineText(view));
    });
  }
}

function packageOf(text: string): { name: string; version: string } {
  const cut = text.indexOf('@');
  if (cut < 1)
    throw new CliError(`--to: ${JSON.stringify(text)} is no release: give package@version`);
  return { name: text.slice(0, cut), version: text.slice(cut + 1) };
}
