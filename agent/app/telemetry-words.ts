/** What the flow of telemetry says of itself: for people, for systemd, for its own metrics. */
import { VERSION } from '../../protocol/version.ts';
import type { AgentConfig } from '../config.ts';
import type { RecordBuffer } from '../ports.ts';
import type { Link } from '../work/link.ts';
import type { AgentFigures } from '../work/own-metrics.ts';
import type { Recording } from '../work/recording.ts';
import type { Timekeeper } from '../work/timekeeper.ts';

export interface Told {
  readonly startedAt: number;
  readonly buffer: RecordBuffer;
  readonly link: Link;
  readonly time: Timekeeper;
  readonly recording: Recording;
}

/** What `muster-agent status` shows. */
export function statusOf(
  { startedAt, buffer, link, time, recording }: Told,
  { site, device, broker }: AgentConfig,
) {
  const dictionary = recording.currentDictionary;
  return {
    version: VERSION,
    site,
    device,
    broker: broker.url,
    startedAt: new Date(startedAt).toISOString(),
    clockTrust: time.timeline.trust,
    opening: buffer.opening,
    buffer: buffer.stats(),
    epochs: buffer.held(),
    link: link.stats(),
    dictionary: dictionary?.id,
    series: dictionary?.definitions.length ?? 0,
  };
}

/** One line for systemd's STATUS. */
export function lineOf({ link, buffer }: Told): string {
  const { connected, stalled } = link.stats();
  const { records } = buffer.stats();
  if (!connected) return `not connected; ${records} records wait`;
  return `${stalled ? 'connected, collector silent' : 'connected'}; ${records} records wait`;
}

export function figuresOf({ startedAt, buffer, link, time }: Told): AgentFigures {
  const { user, system } = process.cpuUsage();
  return {
    startedAt,
    cpuSeconds: Math.round((user + system) / 1e4) / 100,
    residentBytes: process.memoryUsage.rss(),
    buffer: buffer.stats(),
    link: link.stats(),
    clockTrust: time.timeline.trust,
  };
}
