/**
 * The samplers of profile `edge`: what every agent runs, and so all that it loads at start. The
 * others are in `index.ts`, and so is what tells the two apart: a test holds this list against it.
 */
import { boottime } from './boottime.ts';
import { cpu } from './cpu.ts';
import { diskstats } from './diskstats.ts';
import { ext4 } from './ext4.ts';
import { filefd } from './filefd.ts';
import { filesystem } from './filesystem.ts';
import { loadavg } from './loadavg.ts';
import { meminfo } from './meminfo.ts';
import { mmc } from './mmc.ts';
import { netclass } from './netclass.ts';
import { netdev } from './netdev.ts';
import { os } from './os.ts';
import { powerSupply } from './power-supply.ts';
import { pressure } from './pressure.ts';
import { rpi } from './rpi.ts';
import type { Sampler } from './sampler.ts';
import { thermalZone } from './thermal-zone.ts';
import { time } from './time.ts';
import { timesync } from './timesync.ts';
import { uname } from './uname.ts';
import { vmstat } from './vmstat.ts';
import { wireless } from './wireless.ts';

export const edgeSamplers: readonly Sampler[] = [
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
];
