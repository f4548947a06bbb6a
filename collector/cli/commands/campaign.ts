/** A command's way over its devices, as `commands` and `tasks` show it. */
import type { Command } from 'commander';
import { plural } from '../../core/present.ts';
import type { CampaignView, CommandEvent } from '../../ports/fleet-desk.ts';
import { NoAnswer } from '../client.ts';
import { type Context, contextOf } from '../context.ts';
import { readEvents } from '../events.ts';
import { CliError, type CliIo } from '../io.ts';
import { Progress } from './progress.ts';

const API = '/api/muster/v1/commands';
const POLL_MS = 1_000;

export function commandPath(id: string): string {
  return `${API}/${encodeURIComponent(id)}`;
}

/**
 * Shows each change, and what devices put out, until every device has ended; fails unless all
 * succeeded. As JSON it is a line each, the command's end the last. Where the collector's stream
 * cannot be had it is asked each second.
 */
export async function awaitCampaign(
  io: CliIo,
  command: Command,
  made: CampaignView,
): Promise<void> {
  const context = contextOf(io, command);
  const progress = new Progress(context.json);
  const shown = (event: CommandEvent): void => io.out(progress.text(event));
  const whole = (data: CampaignView): void => shown({ kind: 'command', command: made.id, data });
  if (made.endedAt === 0) whole(made);
  let campaign = await followed(context, made, shown);
  let away = false;
  while (campaign.endedAt === 0 && !io.signal.aborted) {
    await io.sleep(POLL_MS);
    const now = await asked(context, made.id);
    if (now instanceof NoAnswer) {
      if (!away) io.err(`${now.message}; asking again\n`);
      away = true;
      continue;
    }
    away = false;
    campaign = now;
    if (campaign.endedAt === 0) whole(campaign);
    campaign = await followed(context, campaign, shown);
  }
  whole(campaign);
  const { total, counts, endedAt } = campaign;
  if (endedAt > 0 && counts.succeeded < total) {
    throw new CliError(`${total - counts.succeeded} of ${plural(total, 'device')} did not succeed`);
  }
}

/** As it is now, unless the collector is away: it was there, and comes back. */
async function asked({ client }: Context, id: string): Promise<CampaignView | NoAnswer> {
  try {
    return await client.json<CampaignView>(commandPath(id));
  } catch (error) {
    if (error instanceof NoAnswer) return error;
    throw error;
  }
}

/** How the command was when its stream ended, whyever it did. */
async function followed(
  { client, io }: Context,
  campaign: CampaignView,
  shown: (event: CommandEvent) => void,
): Promise<CampaignView> {
  let last = campaign;
  try {
    const query = new URLSearchParams({ command: campaign.id, output: 'true' });
    for await (const { data } of readEvents(await client.stream(`${API}/events`, query))) {
      const event = JSON.parse(data) as CommandEvent;
      if (event.kind === 'command') last = event.data;
      // Its end is told as the last of all, also by who had to ask for it.
      if (event.kind !== 'command' || last.endedAt === 0) shown(event);
    }
  } catch (error) {
    if (io.signal.aborted) throw error;
  }
  return last;
}
