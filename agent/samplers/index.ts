/**
 * All samplers there are, in the order of the documents: those of `edge.ts`, and those that an agent
 * loads only when its configuration asks for one of them.
 */
import { arp } from './arp.ts';
import { bonding } from './bonding.ts';
import { conntrack } from './conntrack.ts';
import { cpuThrottle } from './cpu-throttle.ts';
import { cpufreq } from './cpufreq.ts';
import { edac } from './edac.ts';
import { edgeSamplers } from './edge.ts';
import { entropy } from './entropy.ts';
import { hwmon } from './hwmon.ts';
import { mdadm } from './mdadm.ts';
import { netstat } from './netstat.ts';
import { processes } from './processes.ts';
import type { Profile, Sampler } from './sampler.ts';
import { schedstat } from './schedstat.ts';
import { selinux } from './selinux.ts';
import { sockstat } from './sockstat.ts';
import { softnet } from './softnet.ts';
import { stat } from './stat.ts';
import { textfile } from './textfile.ts';
import { udpQueues } from './udp-queues.ts';
import { watchdog } from './watchdog.ts';

export const samplers: readonly Sampler[] = [
  ...edgeSamplers,
  stat,
  processes,
  cpufreq,
  cpuThrottle,
  schedstat,
  entropy,
  hwmon,
  edac,
  watchdog,
  mdadm,
  netstat,
  sockstat,
  softnet,
  udpQueues,
  conntrack,
  arp,
  bonding,
  selinux,
  textfile,
];

/** Those that a profile runs unless the configuration says otherwise. */
export function samplersOf(profile: Profile): Sampler[] {
  return samplers.filter(({ profiles }) => profiles.includes(profile));
}
