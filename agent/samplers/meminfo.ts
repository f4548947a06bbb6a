/** Memory: the fields that dashboards and alert rules use, or all that the kernel lists. */

import { flagOption, flagSchema, optionsSchema } from './options.ts';
import { lineStarting, Scanner } from './parse/scanner.ts';
import type { Metric } from './sampler.ts';
import { gauge, sampler } from './sampler.ts';
import { required } from './source.ts';

const CORE = ['MemTotal', 'MemFree', 'MemAvailable', 'Buffers', 'Cached', 'SwapTotal', 'SwapFree'];
const BYTES_PER_KB = 1024;

/** By name and unit as the kernel prints them; it has a fixed, small number of fields. */
const known = new Map<string, Metric>();
const core = CORE.map((field) => ({ start: `${field}:`, metric: metricOf(field, 'kB') }));

export const meminfo = sampler<string>({
  name: 'meminfo',
  summary: 'memory and swap',
  profiles: ['edge', 'full'],
  timeoutMs: 1000,
  metrics: core.map(({ metric }) => metric),
  dynamicMetrics: 'with `all`: `node_memory_<field>_bytes` for every field of `/proc/meminfo`',
  options: optionsSchema({ all: flagSchema('every field of /proc/meminfo') }),
  presets: { full: { all: true } },

  read: (host) => required(host, '/proc/meminfo'),

  parse(text, emit, options) {
    if (flagOption(options, 'all')) {
      for (const lines = new Scanner(text); !lines.ended; lines.nextLine()) {
        const field = lines.word();
        const value = lines.number();
        if (!field.endsWith(':') || !Number.isFinite(value)) continue;
        const unit = lines.word();
        emit(metricOf(field.slice(0, -1), unit), unit === 'kB' ? value * BYTES_PER_KB : value);
      }
      return;
    }
    let from = 0;
    for (const { start, metric } of core) {
      const at = lineStarting(text, start, from);
      if (at < 0) continue;
      from = at + start.length;
      const value = new Scanner(text, from).number();
      if (Number.isFinite(value)) emit(metric, value * BYTES_PER_KB);
    }
  },
});

function metricOf(field: string, unit: string): Metric {
  const key = `${field} ${unit}`;
  const found = known.get(key);
  if (found !== undefined) return found;
  const clean = field.replaceAll(/[^A-Za-z0-9]+/g, '_').replace(/_$/, '');
  const name = unit === 'kB' ? `node_memory_${clean}_bytes` : `node_memory_${clean}`;
  const fresh = gauge(name, `Field ${field} of /proc/meminfo${unit === 'kB' ? ', in bytes' : ''}.`);
  known.set(key, fresh);
  return fresh;
}
