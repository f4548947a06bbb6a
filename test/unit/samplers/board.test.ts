/** Processors, boards and what is built into them, as profile `full` reads them. */
import { expect, test } from 'vitest';
import { cpuThrottle } from '../../../agent/samplers/cpu-throttle.ts';
import { cpufreq } from '../../../agent/samplers/cpufreq.ts';
import { edac } from '../../../agent/samplers/edac.ts';
import { entropy } from '../../../agent/samplers/entropy.ts';
import { hwmon } from '../../../agent/samplers/hwmon.ts';
import { os } from '../../../agent/samplers/os.ts';
import { processes } from '../../../agent/samplers/processes.ts';
import { schedstat } from '../../../agent/samplers/schedstat.ts';
import { selinux } from '../../../agent/samplers/selinux.ts';
import { watchdog } from '../../../agent/samplers/watchdog.ts';
import { memoryHost } from '../../support/memory-host.ts';
import { parsed, sampled } from '../../support/samples.ts';

test('none of it is there: nothing is reported, and nothing fails', async () => {
  for (const each of [cpufreq, cpuThrottle, edac, entropy, hwmon, os, schedstat, watchdog]) {
    expect(await sampled(each, memoryHost({})), each.name).toEqual({});
  }
  expect(await sampled(selinux, memoryHost({}))).toEqual({ node_selinux_enabled: 0 });
});

test('cpufreq: hertz', async () => {
  const folder = '/sys/devices/system/cpu/cpu1/cpufreq';
  const host = memoryHost({
    [`${folder}/scaling_cur_freq`]: '1500000\n',
    [`${folder}/cpuinfo_max_freq`]: '1800000\n',
    '/sys/devices/system/cpu/cpufreq/policy0/scaling_cur_freq': '1\n',
  });
  expect(await sampled(cpufreq, host)).toEqual({
    'node_cpu_scaling_frequency_hertz{cpu="1"}': 1.5e9,
    'node_cpu_frequency_max_hertz{cpu="1"}': 1.8e9,
  });
});

test('cpu throttle: threads of one core tell the same', async () => {
  const files = Object.fromEntries(
    [0, 1].flatMap((thread) => {
      const folder = `/sys/devices/system/cpu/cpu${thread}`;
      return [
        [`${folder}/topology/physical_package_id`, '0\n'],
        [`${folder}/topology/core_id`, '5\n'],
        [`${folder}/thermal_throttle/core_throttle_count`, '3\n'],
        [`${folder}/thermal_throttle/package_throttle_count`, '7\n'],
      ];
    }),
  );
  expect(await sampled(cpuThrottle, memoryHost(files))).toEqual({
    'node_cpu_core_throttles_total{core="5",package="0"}': 3,
    'node_cpu_package_throttles_total{package="0"}': 7,
  });
});

test('edac: per controller and row', async () => {
  const folder = '/sys/devices/system/edac/mc/mc0';
  const host = memoryHost({
    [`${folder}/ce_count`]: '1\n',
    [`${folder}/ue_count`]: '5\n',
    [`${folder}/ce_noinfo_count`]: '2\n',
    [`${folder}/csrow3/ue_count`]: '4\n',
  });
  expect(await sampled(edac, host)).toEqual({
    'node_edac_correctable_errors_total{controller="0"}': 1,
    'node_edac_uncorrectable_errors_total{controller="0"}': 5,
    'node_edac_csrow_correctable_errors_total{controller="0",csrow="unknown"}': 2,
    'node_edac_csrow_uncorrectable_errors_total{controller="0",csrow="3"}': 4,
  });
});

test('hwmon: a chip by the place of its device, values in base units', async () => {
  const folder = '/sys/class/hwmon/hwmon0';
  const host = memoryHost(
    {
      [`${folder}/name`]: 'coretemp\n',
      [`${folder}/temp1_input`]: '55000\n',
      [`${folder}/temp1_label`]: 'Core 0\n',
      [`${folder}/temp1_crit_alarm`]: '0\n',
      [`${folder}/in0_alarm`]: '1\n',
      [`${folder}/fan1_input`]: '1200\n',
      [`${folder}/power1_average`]: '25000000\n',
      [`${folder}/energy1_input`]: '5000000\n',
      [`${folder}/uevent`]: '\n',
      '/sys/class/hwmon/hwmon1/temp1_input': '42000\n',
    },
    {
      links: {
        [folder]: '../../devices/platform/coretemp.0/hwmon/hwmon0',
        [`${folder}/device`]: '../../../coretemp.0',
      },
    },
  );
  const chip = 'chip="platform_coretemp_0"';
  expect(await sampled(hwmon, host)).toEqual({
    [`node_hwmon_chip_names{${chip},chip_name="coretemp"}`]: 1,
    [`node_hwmon_temp_celsius{${chip},sensor="temp1"}`]: 55,
    [`node_hwmon_sensor_label{${chip},label="Core 0",sensor="temp1"}`]: 1,
    [`node_hwmon_temp_crit_alarm_celsius{${chip},sensor="temp1"}`]: 0,
    [`node_hwmon_in_alarm{${chip},sensor="in0"}`]: 1,
    [`node_hwmon_fan_rpm{${chip},sensor="fan1"}`]: 1200,
    [`node_hwmon_power_average_watt{${chip},sensor="power1"}`]: 25,
    [`node_hwmon_energy_joule_total{${chip},sensor="energy1"}`]: 5,
    'node_hwmon_temp_celsius{chip="hwmon1",sensor="temp1"}': 42,
  });
});

test('watchdog', async () => {
  const folder = '/sys/class/watchdog/watchdog0';
  const host = memoryHost({
    [`${folder}/bootstatus`]: '32\n',
    [`${folder}/timeout`]: '60\n',
    [`${folder}/identity`]: 'Broadcom BCM2835 Watchdog timer\n',
    [`${folder}/state`]: 'active\n',
  });
  expect(await sampled(watchdog, host)).toEqual({
    'node_watchdog_info{identity="Broadcom BCM2835 Watchdog timer",name="watchdog0",state="active"}': 1,
    'node_watchdog_bootstatus{name="watchdog0"}': 32,
    'node_watchdog_timeout_seconds{name="watchdog0"}': 60,
  });
});

test('schedstat: seconds', () => {
  const text =
    'version 15\ntimestamp 1\ncpu0 498494 0 0 0 0 0 2045936778163 343796328169 4767485306\n';
  expect(parsed(schedstat, `${text}domain0 3 1 2\n`)).toEqual({
    'node_schedstat_running_seconds_total{cpu="0"}': 2045.936778163,
    'node_schedstat_waiting_seconds_total{cpu="0"}': 343.796328169,
    'node_schedstat_timeslices_total{cpu="0"}': 4_767_485_306,
  });
});

test('selinux: enforced and configured', async () => {
  const host = memoryHost({
    '/sys/fs/selinux/enforce': '0',
    '/etc/selinux/config': '# comment\nSELINUX=enforcing\n',
  });
  expect(await sampled(selinux, host)).toEqual({
    node_selinux_enabled: 1,
    node_selinux_current_mode: 0,
    node_selinux_config_mode: 1,
  });
});

test('processes: a name may hold anything', async () => {
  const stat = (name: string, state: string, threads: number) =>
    `7 (${name}) ${state} 1 7 7 0 -1 4194560 9061 9416027 94 2620 36 98 54406 13885 20 0 ${threads} 0 29`;
  const host = memoryHost({
    '/proc/7/stat': stat('a) Z 1 (b', 'S', 3),
    '/proc/8/stat': stat('sleep', 'S', 1),
    '/proc/9/stat': stat('gone', 'Z', 1),
    '/proc/meminfo': '',
    '/proc/sys/kernel/pid_max': '32768\n',
  });
  expect(await sampled(processes, host)).toEqual({
    'node_processes_state{state="S"}': 2,
    'node_processes_state{state="Z"}': 1,
    node_processes_pids: 3,
    node_processes_threads: 5,
    node_processes_max_processes: 32_768,
  });
});

test('os-release: quotes, missing fields, the end of support', () => {
  const text = `PRETTY_NAME="Debian GNU/Linux 12 (\\"bookworm\\")"
ID=debian
VERSION_ID='12.5'
SUPPORT_END=2028-06-30
# comment
`;
  expect(parsed(os, text, { all: true })).toEqual({
    'node_os_info{id="debian",pretty_name="Debian GNU/Linux 12 (\\"bookworm\\")",version_id="12.5"}': 1,
    'node_os_version{id="debian"}': 12.5,
    node_os_support_end_timestamp_seconds: Date.UTC(2028, 5, 30) / 1000,
  });
});
