/**
 * Errors that an ext4 file system has met, and how much was ever written to it: on an SD card,
 * which does not tell its wear, the best estimate there is. Not among node_exporter's.
 */

import { decimal } from './parse/numbers.ts';
import { counter, sampler } from './sampler.ts';

const FOLDER = '/sys/fs/ext4';
const BYTES_PER_KB = 1024;

const errors = counter(
  'node_ext4_errors_total',
  'Errors recorded in the file system since its last check.',
  ['device'],
);
const written = counter(
  'node_ext4_lifetime_written_bytes_total',
  'Bytes written since the file system was made.',
  ['device'],
);

interface Volume {
  readonly device: string;
  readonly errors: number | undefined;
  readonly writtenKb: number | undefined;
}

export const ext4 = sampler<readonly Volume[]>({
  name: 'ext4',
  summary: 'errors of ext4 file systems and what was ever written to them',
  profiles: ['edge', 'full'],
  intervalSeconds: 60,
  timeoutMs: 5000,
  metrics: [errors, written],

  async read(host) {
    const devices = (await host.list(FOLDER)).filter((name) => name !== 'features');
    // The kernel answers from what it keeps of the mounted file system: no disk is asked.
    return devices.map((device) => ({
      device,
      errors: decimal(host.readNow(`${FOLDER}/${device}/errors_count`) ?? ''),
      writtenKb: decimal(host.readNow(`${FOLDER}/${device}/lifetime_write_kbytes`) ?? ''),
    }));
  },

  parse(volumes, emit) {
    for (const volume of volumes) {
      if (volume.errors !== undefined) emit(errors, volume.errors, [volume.device]);
      if (volume.writtenKb !== undefined) {
        emit(written, volume.writtenKb * BYTES_PER_KB, [volume.device]);
      }
    }
  },
});
