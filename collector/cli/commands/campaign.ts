/** A command's progress over its devices, as `commands` and `tasks` show it. */
import type { Command } from 'commander';
import { TARGET_STATES } from '../../core/fleet/command.ts';
import { percent, plural } from '../../core/present.ts';
import type { CampaignView } from '../../ports/fleet-desk.ts';
import { contextOf } from '../context.ts';
import { CliError, type CliIo } from '../io.ts';

const POLL_MS = 1_000;

export function campaignText(campaign: CampaignView): string {
  return `${campaign.id}: ${plural(campaign.total, 'device')}, ${countsText(campaign)}\n`;
}

export function countsText({ counts, successRate }: CampaignView): string {
  const states = TARGET_STATES.filter((state) => counts[state] > 0);
  const shown = states.map((state) => `${counts[state]} ${state}`).join(', ');
  return successRate === undefined ? shown : `${shown} (${percent(successRate * 100)} succeeded)`;
}

/** Shows each change until every device has ended; fails unless all succeeded. */
export async function awaitCampaign(
  io: CliIo,
  command: Command,
  made: CampaignView,
): Promise<void> {
  const { client, answer, json } = contextOf(io, command);
  let campaign = made;
  let shown = '';
  for (;;) {
    const line = campaignText(campaign);
    // Progress is for people; who asks for JSON gets one answer at the end.
    if (line !== shown && !json) io.out(line);
    shown = line;
    if (campaign.endedAt > 0 || io.signal.aborted) break;
    await io.sleep(POLL_MS);
    campaign = await client.json<CampaignView>(`/api/muster/v1/commands/${made.id}`);
  }
  if (json) answer(campaign, () => '');
  const { total, counts, endedAt } = campaign;
  if (endedAt > 0 && counts.succeeded < total) {
    throw new CliError(`${total - counts.succeeded} of ${plural(total, 'device')} did not succeed`);
  }
}
