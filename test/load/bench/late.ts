/** A day of late data from many devices: the same answers as in time, and what live devices see meanwhile. */
import { parseArgs } from 'node:util';
import { bundlePrograms } from '../../support/pipeline/programs.ts';
import { tempFolder } from '../../support/temp-folder.ts';
import { brokerOf } from '../fleet/arguments.ts';
import { liveBesideLate } from '../late/live.ts';
import { compareLateWithInTime } from '../late/sameness.ts';

export const describe =
  'late data: [--devices 1000] [--series 20] [--interval S (60)] [--hours 24] [--calm S (30)] [--only same|live] [--broker embedded|mosquitto]';

export async function run(args: string[]): Promise<void> {
  const { values } = parseArgs({
    args,
    options: {
      devices: { type: 'string', default: '1000' },
      series: { type: 'string', default: '20' },
      interval: { type: 'string', default: '60' },
      hours: { type: 'string', default: '24' },
      calm: { type: 'string', default: '30' },
      only: { type: 'string', default: '' },
      broker: { type: 'string', default: 'embedded' },
    },
  });
  const [devices, series] = [Number(values.devices), Number(values.series)];
  const [hours, intervalMs] = [Number(values.hours), Number(values.interval) * 1_000];
  const day = { devices, series, hours, intervalMs };
  await using folder = await tempFolder('late');
  if (values.only !== 'live') {
    const { samples, rollups, differences } = await compareLateWithInTime(folder.path, day);
    console.log(
      `${samples} samples and ${rollups} rollups of ${devices} devices, late beside in time: ${differences.length === 0 ? 'the same' : `different: ${differences.join(', ')}`}`,
    );
    if (differences.length > 0 || samples === 0 || rollups === 0) process.exitCode = 1;
  }
  if (values.only === 'same') return;
  const { collector: bundle } = await bundlePrograms();
  const options = { ...day, calmSeconds: Number(values.calm), broker: brokerOf(values.broker) };
  await liveBesideLate(options, { folder: folder.path, bundle });
}
