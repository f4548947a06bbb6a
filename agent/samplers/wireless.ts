/**
 * How well wireless interfaces hear their access point, from `/proc/net/wireless`. Kernels without
 * the old wireless extensions do not have it. Not among node_exporter's (its `wifi` needs netlink).
 *
 * Some drivers ask the chip's firmware for each reading, so it is read off the main thread.
 */
import { flagOption, flagSchema, optionsSchema } from './options.ts';
import { Scanner } from './parse/scanner.ts';
import { counter, gauge, sampler } from './sampler.ts';

const HEADER_LINES = 2;
/** What the kernel prints when a driver does not know its noise. */
const NO_NOISE = -256;
const REASONS = ['wrong_network', 'undecryptable', 'fragment', 'retry', 'other'];

const quality = gauge(
  'node_wireless_link_quality',
  "Quality of the link on the driver's own scale, often 0 to 70.",
  ['device'],
);
const signal = gauge('node_wireless_signal_dbm', 'Level of the signal.', ['device']);
const noise = gauge('node_wireless_noise_dbm', 'Level of the noise.', ['device']);
const missed = counter('node_wireless_missed_beacons_total', 'Beacons not heard.', ['device']);
const discarded = counter('node_wireless_discarded_packets_total', 'Packets discarded.', [
  'device',
  'reason',
]);

export const wireless = sampler<string | undefined>({
  name: 'wireless',
  summary: 'signal of wireless interfaces',
  profiles: ['edge', 'full'],
  intervalSeconds: 30,
  timeoutMs: 5000,
  metrics: [quality, signal, noise, missed, discarded],
  options: optionsSchema({ all: flagSchema('also noise and discarded packets') }),
  presets: { full: { all: true } },

  read: (host) => host.read('/proc/net/wireless'),

  parse(text, emit, options) {
    const all = flagOption(options, 'all');
    const lines = new Scanner(text ?? '');
    for (let header = 0; header < HEADER_LINES; header += 1) lines.nextLine();
    for (; !lines.ended; lines.nextLine()) {
      const name = lines.word();
      if (!name.endsWith(':')) continue;
      const labels = [name.slice(0, -1)];
      lines.skip(1);
      const link = Number.parseFloat(lines.word());
      if (Number.isFinite(link)) emit(quality, link, labels);
      // Levels that are not negative are on a scale of the driver's own.
      const level = Number.parseFloat(lines.word());
      if (level < 0) emit(signal, level, labels);
      const background = Number.parseFloat(lines.word());
      if (all && background < 0 && background > NO_NOISE) emit(noise, background, labels);
      for (const reason of REASONS) {
        const count = lines.number();
        if (all && Number.isFinite(count)) emit(discarded, count, [...labels, reason]);
      }
      const beacons = lines.number();
      if (Number.isFinite(beacons)) emit(missed, beacons, labels);
    }
  },
});
