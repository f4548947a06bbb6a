/** What edge devices die of: worn flash, weak power, heat, a clock that nobody sets, bad radio. */
import { expect, test } from 'vitest';
import { ext4 } from '../../../agent/samplers/ext4.ts';
import { mmc } from '../../../agent/samplers/mmc.ts';
import { powerSupply } from '../../../agent/samplers/power-supply.ts';
import { rpi } from '../../../agent/samplers/rpi.ts';
import { thermalZone } from '../../../agent/samplers/thermal-zone.ts';
import { timesync } from '../../../agent/samplers/timesync.ts';
import { wireless } from '../../../agent/samplers/wireless.ts';
import { memoryHost } from '../../support/memory-host.ts';
import { parsed, sampled } from '../../support/samples.ts';

test('none of it is there: nothing is reported, and nothing fails', async () => {
  for (const each of [ext4, mmc, powerSupply, rpi, thermalZone, timesync, wireless]) {
    expect(await sampled(each, memoryHost({})), each.name).toEqual({});
  }
});

test('mmc: life used up to a tenth, spare blocks; the serial number is not read', async () => {
  const folder = '/sys/block/mmcblk0/device';
  const host = memoryHost({
    [`${folder}/life_time`]: '0x02 0x0b\n',
    [`${folder}/pre_eol_info`]: '0x02\n',
    [`${folder}/type`]: 'MMC\n',
    [`${folder}/name`]: 'BJTD4R\n',
    [`${folder}/manfid`]: '0x000015\n',
    [`${folder}/date`]: '04/2021\n',
    [`${folder}/serial`]: '0xdeadbeef\n',
    '/sys/block/mmcblk0boot0/size': '8192\n',
    '/sys/block/mmcblk1/device/type': 'SD\n',
    '/sys/block/sda/size': '1\n',
  });
  expect(await sampled(mmc, host)).toEqual({
    'node_mmc_info{date="04/2021",device="mmcblk0",manfid="0x000015",name="BJTD4R",type="MMC"}': 1,
    'node_mmc_life_time_used_ratio{area="a",device="mmcblk0"}': 0.2,
    'node_mmc_life_time_used_ratio{area="b",device="mmcblk0"}': 1.1,
    'node_mmc_pre_eol_state{device="mmcblk0"}': 2,
    'node_mmc_info{device="mmcblk1",type="SD"}': 1,
  });
});

test('mmc: a chip that does not estimate says nothing', () => {
  const attributes = new Map([
    ['life_time', '0x00 0x00'],
    ['pre_eol_info', '0x00'],
  ]);
  expect(parsed(mmc, [{ device: 'mmcblk0', attributes }])).toEqual({
    'node_mmc_info{device="mmcblk0"}': 1,
  });
});

test('ext4: errors, and what was ever written', async () => {
  const host = memoryHost({
    '/sys/fs/ext4/features/lazy_itable_init': 'supported\n',
    '/sys/fs/ext4/mmcblk0p2/errors_count': '3\n',
    '/sys/fs/ext4/mmcblk0p2/lifetime_write_kbytes': '5000\n',
  });
  expect(await sampled(ext4, host)).toEqual({
    'node_ext4_errors_total{device="mmcblk0p2"}': 3,
    'node_ext4_lifetime_written_bytes_total{device="mmcblk0p2"}': 5_120_000,
  });
});

test('rpi: what the firmware sees now, and has seen since boot', async () => {
  const path = '/sys/devices/platform/soc/soc:firmware/get_throttled';
  expect(await sampled(rpi, memoryHost({ [path]: '50004\n' }))).toEqual({
    'node_rpi_throttled{condition="under_voltage"}': 0,
    'node_rpi_throttled{condition="frequency_capped"}': 0,
    'node_rpi_throttled{condition="throttled"}': 1,
    'node_rpi_throttled{condition="soft_temperature_limit"}': 0,
    'node_rpi_throttled_since_boot{condition="under_voltage"}': 1,
    'node_rpi_throttled_since_boot{condition="frequency_capped"}': 0,
    'node_rpi_throttled_since_boot{condition="throttled"}': 1,
    'node_rpi_throttled_since_boot{condition="soft_temperature_limit"}': 0,
  });
});

test('rpi: newer boards call their firmware otherwise, older kernels have an alarm alone', async () => {
  const soc = 'soc@107c000000';
  const newer = memoryHost({
    [`/sys/devices/platform/${soc}/${soc}:firmware/get_throttled`]: '1\n',
  });
  expect(await sampled(rpi, newer)).toMatchObject({
    'node_rpi_throttled{condition="under_voltage"}': 1,
  });
  const older = memoryHost({
    '/sys/class/hwmon/hwmon0/name': 'cpu_thermal\n',
    '/sys/class/hwmon/hwmon1/name': 'rpi_volt\n',
    '/sys/class/hwmon/hwmon1/in0_lcrit_alarm': '1\n',
  });
  expect(await sampled(rpi, older)).toEqual({
    'node_rpi_throttled{condition="under_voltage"}': 1,
  });
});

test('timesync: only what is known', async () => {
  const folder = '/run/systemd/timesync';
  const file = `${folder}/synchronized`;
  const at = (modifiedMs: number) => memoryHost({ [file]: '' }, { modifiedMs });
  expect(await sampled(timesync, memoryHost({ [`${folder}/other`]: '' }))).toEqual({
    node_timex_sync_status: 0,
  });
  expect(await sampled(timesync, at(Date.now() - 60_000))).toEqual({ node_timex_sync_status: 1 });
  expect(await sampled(timesync, at(Date.now() - 10 * 3_600_000))).toEqual({
    node_timex_sync_status: 0,
  });
  expect(await sampled(timesync, at(5000), { lastTime: true })).toEqual({
    node_timex_sync_status: 0,
    node_timesync_last_synchronized_timestamp_seconds: 5,
  });
});

test('thermal zones, and cooling when asked for; a sensor that fails is left out', async () => {
  const folder = '/sys/class/thermal';
  const host = memoryHost({
    [`${folder}/thermal_zone0/type`]: 'cpu-thermal\n',
    [`${folder}/thermal_zone0/temp`]: '48312\n',
    [`${folder}/thermal_zone1/type`]: 'modem\n',
    [`${folder}/cooling_device0/type`]: 'pwm-fan\n',
    [`${folder}/cooling_device0/cur_state`]: '1\n',
    [`${folder}/cooling_device0/max_state`]: '4\n',
  });
  expect(await sampled(thermalZone, host)).toEqual({
    'node_thermal_zone_temp{type="cpu-thermal",zone="0"}': 48.312,
  });
  expect(await sampled(thermalZone, host, { cooling: true })).toMatchObject({
    'node_cooling_device_cur_state{name="0",type="pwm-fan"}': 1,
    'node_cooling_device_max_state{name="0",type="pwm-fan"}': 4,
  });
});

test('wireless: signal and lost beacons; levels on a private scale are not dBm', () => {
  const text = `Inter-| sta-|   Quality        |   Discarded packets               | Missed | WE
 face | tus | link level noise |  nwid  crypt   frag  retry   misc | beacon | 22
 wlan0: 0000   54.  -56.  -256        1      2      3      4      5        6
 wlan1: 0000   30   70    -90         0      0      0      0      0        0
`;
  expect(parsed(wireless, text)).toEqual({
    'node_wireless_link_quality{device="wlan0"}': 54,
    'node_wireless_signal_dbm{device="wlan0"}': -56,
    'node_wireless_missed_beacons_total{device="wlan0"}': 6,
    'node_wireless_link_quality{device="wlan1"}': 30,
    'node_wireless_missed_beacons_total{device="wlan1"}': 0,
  });
  expect(parsed(wireless, text, { all: true })).toMatchObject({
    'node_wireless_noise_dbm{device="wlan1"}': -90,
    'node_wireless_discarded_packets_total{device="wlan0",reason="undecryptable"}': 2,
    'node_wireless_discarded_packets_total{device="wlan0",reason="other"}': 5,
  });
});

test('batteries in volts, amperes and degrees; the serial number stays', async () => {
  const uevent = `POWER_SUPPLY_NAME=BAT0
POWER_SUPPLY_TYPE=Battery
POWER_SUPPLY_STATUS=Discharging
POWER_SUPPLY_CAPACITY=81
POWER_SUPPLY_VOLTAGE_NOW=11660000
POWER_SUPPLY_CURRENT_NOW=-250000
POWER_SUPPLY_TEMP=301
POWER_SUPPLY_CHARGE_FULL=5000000
POWER_SUPPLY_MODEL_NAME=LNV-45
POWER_SUPPLY_SERIAL_NUMBER=38109
`;
  const host = memoryHost({ '/sys/class/power_supply/BAT0/uevent': uevent });
  const edge = {
    'node_power_supply_info{model_name="LNV-45",power_supply="BAT0",status="Discharging",type="Battery"}': 1,
    'node_power_supply_capacity{power_supply="BAT0"}': 81,
    'node_power_supply_voltage_volt{power_supply="BAT0"}': 11.66,
    'node_power_supply_current_ampere{power_supply="BAT0"}': -0.25,
    'node_power_supply_temp_celsius{power_supply="BAT0"}': 30.1,
  };
  expect(await sampled(powerSupply, host)).toEqual(edge);
  expect(await sampled(powerSupply, host, { all: true })).toEqual({
    ...edge,
    'node_power_supply_charge_full{power_supply="BAT0"}': 5,
  });
});
