/** The judge of a trial: whether a device may keep the configuration that it has watched. */
import type { Overall } from '../../../protocol/messages/health.ts';
import { OVERALL } from '../../../protocol/messages/health.ts';

/** How a device stood before a trial. */
export interface Standing {
  readonly linkUp: boolean;
  readonly overall: Overall;
}

/** What was seen of it during the trial. */
export interface Watched extends Standing {
  /** Whether samples were taken since it was applied. */
  readonly samples: boolean;
}

/** Why it is taken back; `undefined` when it is kept. */
export function verdict(before: Standing, watched: Watched): string | undefined {
  if (!watched.samples) return 'the agent took no samples with it';
  if (before.linkUp && !watched.linkUp) return 'the link was up before and did not come back';
  const worse = OVERALL.indexOf(watched.overall) > OVERALL.indexOf(before.overall);
  return worse ? `the device was ${before.overall} before and is ${watched.overall}` : undefined;
}
