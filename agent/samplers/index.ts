/** All samplers there are: the one place that knows them, in the order of the documents. */
import { arp } from './arp.ts';
import { bonding } from './bonding.ts';
import { boottime } from './boottime.ts';
import { conntrack } from './conntrack.ts';
import { cpu } from './cpu.ts';
import { cpuThrottle } from './cpu-throttle.ts';
import { cpufreq } from './cpufreq.ts';
import { diskstats } from './diskstats.ts';
import { edac } from './edac.ts';
import { entropy } from './entropy.ts';
import { ext4 } from './ext4.ts';
import { filefd } from './filefd.ts';
import { filesystem } from './filesystem.ts';
import { hwmon } from './hwmon.ts';
import { loadavg } from './loadavg.ts';
import { mdadm } from './mdadm.ts';
import { meminfo } from './meminfo.ts';
import { mmc } from './mmc.ts';
import { netclass } from './netclass.ts';
import { netdev } from './netdev.ts';
import { netstat } from './netstat.ts';
import { os } from './os.ts';
import { powerSupply } from './power-supply.ts';
import { pressure } from './pressure.ts';
import { processes } from './processes.ts';
import { rpi } from './rpi.ts';
import type { Profile, Sampler } from './sampler.ts';
import { schedstat } from './schedstat.ts';
import { selinux } from './selinux.ts';
import { sockstat } from './sockstat.ts';
import { softnet } from './softnet.ts';
import { stat } from './stat.ts';
import { textfile } from './textfile.ts';
import { thermalZone } from './thermal-zone.ts';
import { time } from './time.ts';
import { timesync } from './timesync.ts';
import { udpQueues } from './udp-queues.ts';
import { uname } from './uname.ts';
import { vmstat } from './vmstat.ts';
import { watchdog } from './watchdog.ts';
import { wireless } from './wireless.ts';

export const samplers: readonly Sampler[] = [
  cpu,
  loadavg,
  meminfo,
  pressure,
  vmstat,
  filefd,
  filesystem,
  ext4,
  mmc,
  diskstats,
  netdev,
  netclass,
  wireless,
  thermalZone,
  rpi,
  powerSupply,
  time,
  timesync,
  boottime,
  uname,
  os,
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
