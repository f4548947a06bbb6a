/** Paging, swapping, faults and killed processes, out of the kernel's long list of events. */

import { perHost } from './memory.ts';
import { compiled, optionsSchema, patternSchema, textOption } from './options.ts';
import { nameFilter } from './parse/names.ts';
import { lineStarting, Scanner } from './parse/scanner.ts';
import type { Metric, Options } from './sampler.ts';
import { sampler, untyped } from './sampler.ts';
import { required } from './source.ts';

const FIELDS = '^(oom_kill|pgpg|pswp|pg.*fault).*';
const USUAL = ['oom_kill', 'pgpgin', 'pgpgout', 'pswpin', 'pswpout', 'pgfault', 'pgmajfault'];

interface Field {
  /** How its line begins. */
  readonly start: string;
  readonly metric: Metric;
}

/** The list of names is the same until the next boot, so it is filtered once. */
interface Wanted {
  options: Options | undefined;
  fields: readonly Field[];
}

interface Raw {
  readonly text: string;
  readonly wanted: Wanted;
}

const wantedOf = perHost<Wanted>(() => ({ options: undefined, fields: [] }));
const isWanted = compiled((options) => nameFilter(textOption(options, 'fields', FIELDS), ''));

export const vmstat = sampler<Raw>({
  name: 'vmstat',
  summary: 'paging, swapping, faults, processes killed for memory',
  profiles: ['edge', 'full'],
  timeoutMs: 1000,
  metrics: USUAL.map(metricOf),
  dynamicMetrics: 'with `fields`: `node_vmstat_<field>` for the fields that match',
  options: optionsSchema({ fields: patternSchema('fields wanted', FIELDS) }),

  read: (host) => ({ text: required(host, '/proc/vmstat'), wanted: wantedOf(host) }),

  parse({ text, wanted }, emit, options) {
    if (wanted.options !== options) {
      wanted.fields = fieldsIn(text, options);
      wanted.options = options;
    }
    let from = 0;
    for (const { start, metric } of wanted.fields) {
      const at = lineStarting(text, start, from);
      if (at < 0) continue;
      from = at + start.length;
      const value = new Scanner(text, from).number();
      if (Number.isFinite(value)) emit(metric, value);
    }
  },
});

function fieldsIn(text: string, options: Options): Field[] {
  const filter = isWanted(options);
  const fields: Field[] = [];
  for (const lines = new Scanner(text); !lines.ended; lines.nextLine()) {
    const name = lines.word();
    if (/^\w+$/.test(name) && filter(name)) {
      fields.push({ start: `${name} `, metric: metricOf(name) });
    }
  }
  return fields;
}

function metricOf(field: string): Metric {
  return untyped(`node_vmstat_${field}`, `Field ${field} of /proc/vmstat.`);
}
