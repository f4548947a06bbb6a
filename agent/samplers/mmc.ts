/**
 * Wear of eMMC: it tells how much of its life is used, in steps of a tenth, and whether its spare
 * blocks run out. SD cards rarely tell. The kernel asks the chip when it is initialised, so the
 * values change at boot. Not among node_exporter's; the serial number stays on the device.
 */

import { words } from './parse/scanner.ts';
import { gauge, sampler } from './sampler.ts';
import { attributes } from './source.ts';

const FOLDER = '/sys/block';
const ATTRIBUTES = ['life_time', 'pre_eol_info', 'type', 'name', 'manfid', 'date'];
const AREAS = ['a', 'b'];
const TENTHS = 10;

const lifeUsed = gauge(
  'node_mmc_life_time_used_ratio',
  'Estimated life used, upper end of the tenth that the chip reports; 1.1: beyond its life.',
  ['device', 'area'],
);
const spareState = gauge(
  'node_mmc_pre_eol_state',
  'Spare blocks: 1 normal, 2 four fifths used (warning), 3 nine tenths used (urgent).',
  ['device'],
);
const info = gauge('node_mmc_info', 'What card or chip it is; always 1.', [
  'device',
  'type',
  'name',
  'manfid',
  'date',
]);

interface Card {
  readonly device: string;
  readonly attributes: ReadonlyMap<string, string>;
}

export const mmc = sampler<readonly Card[]>({
  name: 'mmc',
  summary: 'wear of eMMC chips (and SD cards that tell)',
  profiles: ['edge', 'full'],
  intervalSeconds: 60,
  timeoutMs: 5000,
  metrics: [lifeUsed, spareState, info],

  async read(host) {
    const devices = (await host.list(FOLDER)).filter((name) => /^mmcblk\d+$/.test(name));
    return Promise.all(
      devices.map(async (device) => ({
        device,
        attributes: await attributes(host, `${FOLDER}/${device}/device`, ATTRIBUTES),
      })),
    );
  },

  parse(cards, emit) {
    for (const { device, attributes: found } of cards) {
      const text = (name: string) => found.get(name) ?? '';
      emit(info, 1, [device, text('type'), text('name'), text('manfid'), text('date')]);
      // 0 means that the chip does not estimate.
      const state = Number(text('pre_eol_info'));
      if (state > 0) emit(spareState, state, [device]);
      const used = words(text('life_time')).map(Number);
      AREAS.forEach((area, index) => {
        const tenths = used[index] ?? 0;
        if (tenths > 0) emit(lifeUsed, tenths / TENTHS, [device, area]);
      });
    }
  },
});
