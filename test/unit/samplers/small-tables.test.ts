/** Samplers that read one small table each. */
import { expect, test } from 'vitest';
import { boottime } from '../../../agent/samplers/boottime.ts';
import { filefd } from '../../../agent/samplers/filefd.ts';
import { loadavg } from '../../../agent/samplers/loadavg.ts';
import { pressure } from '../../../agent/samplers/pressure.ts';
import { stat } from '../../../agent/samplers/stat.ts';
import { time } from '../../../agent/samplers/time.ts';
import { uname } from '../../../agent/samplers/uname.ts';
import { vmstat } from '../../../agent/samplers/vmstat.ts';
import { memoryHost } from '../../support/memory-host.ts';
import { parsed, sampled } from '../../support/samples.ts';

const STAT = `cpu  1 2 3
intr 8885917 17 0 0
ctxt 38014093
btime 1418183276
processes 26442
procs_running 2
procs_blocked 0
softirq 5057579 250191
`;

test('loadavg', () => {
  expect(parsed(loadavg, '0.21 0.37 0.39 1/719 19737\n')).toEqual({
    node_load1: 0.21,
    node_load5: 0.37,
    node_load15: 0.39,
  });
});

test('filefd, whose limit may be the largest number there is', () => {
  expect(parsed(filefd, '1024\t0\t9223372036854775807\n')).toEqual({
    node_filefd_allocated: 1024,
    node_filefd_maximum: 2 ** 63,
  });
});

test('stat and boottime', () => {
  expect(parsed(stat, STAT)).toEqual({
    node_intr_total: 8_885_917,
    node_context_switches_total: 38_014_093,
    node_forks_total: 26_442,
    node_procs_running: 2,
    node_procs_blocked: 0,
  });
  expect(parsed(boottime, STAT)).toEqual({ node_boot_time_seconds: 1_418_183_276 });
});

test('pressure: what the kernel has of it', async () => {
  const some = 'some avg10=0.18 avg60=0.34 avg300=0.10 total=159886802\n';
  const full = 'full avg10=0.18 avg60=0.34 avg300=0.10 total=1592296\n';
  const host = memoryHost({
    '/proc/pressure/cpu': some + full,
    '/proc/pressure/io': some + full,
    '/proc/pressure/irq': full.trim(),
  });
  expect(await sampled(pressure, host)).toEqual({
    node_pressure_cpu_waiting_seconds_total: 159.886802,
    node_pressure_io_waiting_seconds_total: 159.886802,
    node_pressure_io_stalled_seconds_total: 1.592296,
    node_pressure_irq_stalled_seconds_total: 1.592296,
  });
  expect(await sampled(pressure, memoryHost({}))).toEqual({});
});

test('vmstat: the fields that match, found again without reading all', () => {
  const wanted = { options: undefined, fields: [] };
  const text = (faults: number) =>
    `nr_free_pages 977769\npgpgin 7344136\npgfault ${faults}\nthp_fault_alloc 5\noom_kill 1\n`;
  const options = {};
  expect(parsed(vmstat, { text: text(3), wanted }, options)).toEqual({
    node_vmstat_pgpgin: 7_344_136,
    node_vmstat_pgfault: 3,
    node_vmstat_oom_kill: 1,
  });
  expect(parsed(vmstat, { text: text(4), wanted }, options)).toMatchObject({
    node_vmstat_pgfault: 4,
  });
  expect(parsed(vmstat, { text: text(5), wanted }, { fields: '^thp_' })).toEqual({
    node_vmstat_thp_fault_alloc: 5,
  });
});

test('time, with clock sources when asked for', async () => {
  const folder = '/sys/devices/system/clocksource/clocksource0';
  const host = memoryHost({
    [`${folder}/available_clocksource`]: 'tsc acpi_pm \n',
    [`${folder}/current_clocksource`]: 'tsc\n',
  });
  const before = Date.now() / 1000;
  const samples = await sampled(time, host, { clocksources: true });
  expect(samples).toMatchObject({
    'node_time_clocksource_available_info{clocksource="tsc",device="0"}': 1,
    'node_time_clocksource_available_info{clocksource="acpi_pm",device="0"}': 1,
    'node_time_clocksource_current_info{clocksource="tsc",device="0"}': 1,
  });
  expect(samples['node_time_seconds']).toBeGreaterThanOrEqual(before);
  expect(Object.keys(await sampled(time, host))).toEqual(['node_time_seconds']);
});

test('uname', async () => {
  const host = memoryHost({
    '/proc/sys/kernel/ostype': 'Linux\n',
    '/proc/sys/kernel/osrelease': '6.6.20+rpt-rpi-v8\n',
    '/proc/sys/kernel/version': '#1 SMP PREEMPT\n',
    '/proc/sys/kernel/arch': 'aarch64\n',
    '/proc/sys/kernel/hostname': 'pi\n',
    '/proc/sys/kernel/domainname': '(none)\n',
  });
  expect(await sampled(uname, host)).toEqual({
    'node_uname_info{domainname="(none)",machine="aarch64",nodename="pi",release="6.6.20+rpt-rpi-v8",sysname="Linux",version="#1 SMP PREEMPT"}': 1,
  });
});
