/** A command's progress over its devices in a line. */
import { TARGET_STATES } from '../../core/fleet/command.ts';
import { percent, plural } from '../../core/present.ts';
import type { CampaignView } from '../../ports/fleet-desk.ts';

export function campaignText(campaign: CampaignView): string {
  return `${campaign.id}: ${plural(campaign.total, 'device')}, ${countsText(campaign)}\n`;
}

export function countsText({ counts, successRate }: CampaignView): string {
  const states = TARGET_STATES.filter((state) => counts[state] > 0);
  const shown = states.map((state) => `${counts[state]} ${state}`).join(', ');
  return successRate === undefined ? shown : `${shown} (${percent(successRate * 100)} succeeded)`;
}
