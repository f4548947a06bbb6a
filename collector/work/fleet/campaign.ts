/** One command for many devices, while some of them are awaited; memory of what is durable. */
import {
  type Counts,
  noCounts,
  openCount,
  successRate,
  type Target,
  type TargetState,
} from '../../core/fleet/command.ts';
import type { CampaignView } from '../../ports/fleet-desk.ts';

/** What is kept of it beside its targets. */
export interface CampaignRecord {
  readonly id: string;
  readonly selector: string;
  readonly name: string;
  readonly args: Readonly<Record<string, string>>;
  readonly by: string;
  readonly comment: string;
  readonly issuedAt: number;
  readonly deadline: number;
  readonly total: number;
  /** 0 while devices are awaited. */
  readonly endedAt: number;
  readonly cancelledBy: string;
  /** Its targets are being written, or taken away: what a crash leaves of it is dropped. */
  readonly partial?: true;
  /** Of the targets; counted anew from them while it goes on. */
  readonly counts: Counts;
}

export class Campaign {
  record: CampaignRecord;
  readonly targets = new Map<string, Target>();
  private readonly counted: Record<TargetState, number> = noCounts();

  constructor(record: CampaignRecord) {
    this.record = record;
  }

  set(target: Target): void {
    const before = this.targets.get(target.device);
    if (before !== undefined) this.counted[before.state] -= 1;
    this.counted[target.state] += 1;
    this.targets.set(target.device, target);
  }

  get counts(): Counts {
    return { ...this.counted };
  }

  get open(): boolean {
    return openCount(this.counted) > 0;
  }
}

export function viewCampaign(record: CampaignRecord, counts: Counts): CampaignView {
  const rate = successRate(counts);
  return { ...record, counts, ...(rate === undefined ? {} : { successRate: rate }) };
}
