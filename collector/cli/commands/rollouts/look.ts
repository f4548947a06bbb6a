/** `muster rollouts list | show | report | statistics`. */
import { writeFile } from 'node:fs/promises';
import type { Command } from 'commander';
import type {
  DeviceRow,
  RolloutStatistics,
  RolloutSummary,
  RolloutView,
} from '../../../ports/rollouts.ts';
import { contextOf } from '../../context.ts';
import type { CliIo } from '../../io.ts';
import { answerOf, baseOf, refused } from '../../sending.ts';
import { pairs } from '../../table.ts';
import { API, countsText, devicesText, listText, pathOf, showText } from './text.ts';

interface ListOptions {
  readonly state?: string;
  readonly device?: string;
  readonly limit: string;
}

interface ShowOptions {
  readonly devices?: boolean;
  readonly state?: string;
  readonly reason?: string;
  readonly limit: string;
}

export function looking(group: Command, io: CliIo): void {
  group
    .command('list', { isDefault: true })
    .description('the newest first')
    .option('--state <state>', 'only those in this state')
    .option('--device <id>', 'only those that have this device')
    .option('--limit <n>', 'at most so many', '20')
    .action(async (options: ListOptions, command: Command) => {
      const { client, answer } = contextOf(io, command);
      const query = new URLSearchParams({ ...options });
      const { rollouts } = await client.json<{ rollouts: RolloutSummary[] }>(API, query);
      answer(rollouts, () => (rollouts.length === 0 ? 'no rollouts\n' : listText(rollouts)));
    });

  group
    .command('show <id>')
    .description('its stages, and why devices are not updated')
    .option('--devices', 'each device')
    .option('--state <state>', 'only devices in this state')
    .option('--reason <reason>', 'only devices with this reason')
    .option('--limit <n>', 'at most so many devices', '100')
    .action(
      async (id: string, { devices, state, reason, limit }: ShowOptions, command: Command) => {
        const { client, answer } = contextOf(io, command);
        const view = await client.json<RolloutView>(pathOf(id));
        if (devices !== true && state === undefined && reason === undefined) {
          return answer(view, () => showText(view));
        }
        const query = new URLSearchParams({
          limit,
          ...(state !== undefined && { state }),
          ...(reason !== undefined && { reason }),
        });
        const found = await client.json<{ devices: DeviceRow[] }>(`${pathOf(id)}/devices`, query);
        answer(
          { ...view, devices: found.devices },
          () => `${showText(view)}\n${devicesText(found.devices)}`,
        );
      },
    );

  group
    .command('report <id>')
    .description('a page for people; with --json all of it for tools')
    .option('--output <file>', 'instead of printing it')
    .action(async (id: string, { output }: { output?: string }, command: Command) => {
      const { json } = contextOf(io, command);
      const path = `${pathOf(id)}/report?format=${json ? 'json' : 'html'}`;
      const response = await answerOf(io, baseOf(io, command), path, { method: 'GET' });
      if (!response.ok) throw await refused(response);
      const page = await response.text();
      if (output === undefined) io.out(page);
      else await writeFile(output, page);
    });

  group
    .command('statistics')
    .description('over all rollouts')
    .action(async (_options: object, command: Command) => {
      const { client, answer } = contextOf(io, command);
      const all = await client.json<RolloutStatistics>(`${API}/statistics`);
      answer(all, () =>
        pairs([
          ['rollouts', String(all.rollouts)],
          [
            'states',
            Object.entries(all.states)
              .map(([state, n]) => `${n} ${state}`)
              .join(', '),
          ],
          ['devices', countsText(all.devices)],
          ...all.packages.map(
            ({ name, rollouts, succeeded, failed }) =>
              [name, `${rollouts} rollouts, ${succeeded} succeeded, ${failed} failed`] as const,
          ),
        ]),
      );
    });
}
