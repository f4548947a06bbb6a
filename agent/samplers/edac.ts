/** Memory errors that the hardware corrected, or could not, where memory checks itself. */
import type { Host } from '../ports.ts';
import { counter, sampler } from './sampler.ts';
import { numericAttribute } from './source.ts';

const FOLDER = '/sys/devices/system/edac/mc';

const corrected = counter('node_edac_correctable_errors_total', 'Errors corrected.', [
  'controller',
]);
const uncorrected = counter('node_edac_uncorrectable_errors_total', 'Errors not corrected.', [
  'controller',
]);
const rowCorrected = counter(
  'node_edac_csrow_correctable_errors_total',
  'Errors corrected, per row of chips.',
  ['controller', 'csrow'],
);
const rowUncorrected = counter(
  'node_edac_csrow_uncorrectable_errors_total',
  'Errors not corrected, per row of chips.',
  ['controller', 'csrow'],
);

interface Counts {
  readonly name: string;
  readonly corrected: number | undefined;
  readonly uncorrected: number | undefined;
}
interface Controller extends Counts {
  readonly rows: readonly Counts[];
}

export const edac = sampler<readonly Controller[]>({
  name: 'edac',
  summary: 'errors of memory that checks itself',
  profiles: ['full'],
  intervalSeconds: 60,
  timeoutMs: 5000,
  metrics: [corrected, uncorrected, rowCorrected, rowUncorrected],

  async read(host) {
    const names = (await host.list(FOLDER)).filter((name) => /^mc\d+$/.test(name));
    return Promise.all(names.map((name) => controller(host, name)));
  },

  parse(controllers, emit) {
    for (const each of controllers) {
      if (each.corrected !== undefined) emit(corrected, each.corrected, [each.name]);
      if (each.uncorrected !== undefined) emit(uncorrected, each.uncorrected, [each.name]);
      for (const row of each.rows) {
        const labels = [each.name, row.name];
        if (row.corrected !== undefined) emit(rowCorrected, row.corrected, labels);
        if (row.uncorrected !== undefined) emit(rowUncorrected, row.uncorrected, labels);
      }
    }
  },
});

async function controller(host: Host, name: string): Promise<Controller> {
  const folder = `${FOLDER}/${name}`;
  const rows = (await host.list(folder)).filter((entry) => /^csrow\d+$/.test(entry));
  return {
    name: name.slice('mc'.length),
    corrected: await numericAttribute(host, `${folder}/ce_count`),
    uncorrected: await numericAttribute(host, `${folder}/ue_count`),
    rows: await Promise.all([
      counts(host, folder, 'unknown', '_noinfo'),
      ...rows.map((row) => counts(host, `${folder}/${row}`, row.slice('csrow'.length), '')),
    ]),
  };
}

async function counts(host: Host, folder: string, name: string, kind: string): Promise<Counts> {
  return {
    name,
    corrected: await numericAttribute(host, `${folder}/ce${kind}_count`),
    uncorrected: await numericAttribute(host, `${folder}/ue${kind}_count`),
  };
}
