/** `muster rollout start | dry-run`. */
import { readFile } from 'node:fs/promises';
import type { Command } from 'commander';
import { plural } from '../../../core/present.ts';
import type { Reason } from '../../../core/rollouts/reasons.ts';
import type { DryRun, RolloutView } from '../../../ports/rollouts.ts';
import { contextOf } from '../../context.ts';
import { CliError, type CliIo } from '../../io.ts';
import { send, userName } from '../../sending.ts';
import { table } from '../../table.ts';
import { API, lineText, reasonsText } from './text.ts';
import { awaitRollout } from './watch.ts';

interface StartOptions {
  readonly comment: string;
  readonly by?: string;
  readonly watch?: boolean;
}

export function starting(group: Command, io: CliIo): void {
  group
    .command('start <file>')
    .description('start what a rollout file says (docs/rollouts.md)')
    .option('--watch', 'show a bar until it has ended; fails unless it is done')
    .option('--comment <text>', 'why', '')
    .option('--by <name>', 'who (default: $USER)')
    .action(async (path: string, { comment, by, watch }: StartOptions, command: Command) => {
      const body = { file: await textOf(path), comment, by: userName(io, by) };
      const made = await send<RolloutView>(io, command, 'POST', API, body);
      if (watch === true) return awaitRollout(io, command, made);
      contextOf(io, command).answer(made, () => lineText(made));
    });

  group
    .command('dry-run <file>')
    .description('who would get it, and who not, and why; nothing is changed')
    .option('--limit <n>', 'devices named, at most', '20')
    .action(async (path: string, { limit }: { limit: string }, command: Command) => {
      const body = { file: await textOf(path), limit: Number(limit) };
      const found = await send<DryRun>(io, command, 'POST', `${API}/dry-run`, body);
      contextOf(io, command).answer(found, () => dryRunText(found));
    });
}

async function textOf(path: string): Promise<string> {
  try {
    return await readFile(path, 'utf8');
  } catch (error) {
    throw new CliError(`${path} cannot be read: ${(error as Error).message}`);
  }
}

function dryRunText({ name, total, stages, reasons, devices }: DryRun): string {
  const rows = table(
    [
      { title: 'stage', text: (one) => one.name },
      { title: 'devices', right: true, text: (one) => String(one.devices) },
      { title: 'online', right: true, text: (one) => String(one.online) },
      { title: 'among them', text: (one) => one.some.slice(0, 3).join(', ') },
    ],
    stages,
  );
  const why = Object.entries(reasons).map(([reason, n]) => ({ reason: reason as Reason, n }));
  const named = devices.map(({ device, reason }) => `${device}: ${reason}\n`).join('');
  const hindered = why.length === 0 ? '' : `\n${reasonsText(why)}\n${named}`;
  return `${name}: ${plural(total, 'device')}\n\n${rows}${hindered}`;
}
