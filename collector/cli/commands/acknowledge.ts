/** `muster acknowledge`: take alerts, and give them back. */
import type { Command } from 'commander';
import type { Acknowledgement } from '../../core/oncall/acknowledgement.ts';
import { clock } from '../../core/present.ts';
import { contextOf } from '../context.ts';
import type { CliIo } from '../io.ts';
import { send, userName } from '../sending.ts';
import { table } from '../table.ts';
import { readFilter } from './alerts.ts';

const PATH = '/api/muster/v1/alerts/acknowledge';

interface Options {
  readonly for?: string;
  readonly comment: string;
  readonly by?: string;
  readonly notification?: boolean;
  readonly undo?: boolean;
}

export function acknowledge(program: Command, io: CliIo): void {
  program
    .command('acknowledge <alerts...>')
    .description(
      'take alerts by fingerprint, or by matchers that all must hold, e.g. severity=page',
    )
    .option('--for <duration>', 'how long (default: as the ladder says)')
    .option('--comment <text>', 'what you are doing about it', '')
    .option('--by <name>', 'who (default: $USER)')
    .option('--notification', 'the argument is the key of a notification')
    .option('--undo', 'give them back')
    .action(async (alerts: string[], options: Options, command: Command) => {
      const { answer } = contextOf(io, command);
      const by = userName(io, options.by);
      const chosen = choice(alerts, options.notification === true);
      if (options.undo === true) {
        const body = { ...chosen, by };
        const given = await send<{ fingerprints: string[] }>(io, command, 'DELETE', PATH, body);
        const { fingerprints } = given;
        answer(fingerprints, () => fingerprints.map((one) => `${one} given back\n`).join(''));
        return;
      }
      const { comment, for: length } = options;
      const body = {
        ...chosen,
        by,
        comment,
        via: 'cli',
        ...(length !== undefined && { for: length }),
      };
      const taken = await send<{ acknowledgements: Acknowledgement[] }>(
        io,
        command,
        'POST',
        PATH,
        body,
      );
      answer(taken.acknowledgements, () => listText(taken.acknowledgements));
    });
}

function choice(alerts: readonly string[], isNotification: boolean): object {
  if (isNotification) return { notification: alerts[0] };
  if (alerts.every((one) => /^[0-9a-f]{16}$/.test(one))) return { fingerprints: alerts };
  return { matchers: readFilter(alerts) };
}

function listText(taken: readonly Acknowledgement[]): string {
  if (taken.length === 0) return 'no firing alert matches\n';
  return table(
    [
      { title: 'fingerprint', text: ({ fingerprint }) => fingerprint },
      { title: 'until', text: ({ until }) => clock(until) },
      { title: 'by', text: ({ by }) => by },
    ],
    taken,
  );
}
