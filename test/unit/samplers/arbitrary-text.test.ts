/**
 * Whatever the files hold, no sampler throws or reports a value that is none (metrics of textfiles
 * may be NaN by right).
 */
import fc from 'fast-check';
import { expect, test } from 'vitest';
import type { Host } from '../../../agent/ports.ts';
import { samplers } from '../../../agent/samplers/index.ts';
import type { Metric, Sampler } from '../../../agent/samplers/sampler.ts';
import { optionsFor } from '../../../agent/samplers/sampler.ts';
import { codePoint } from '../../support/code-point.ts';

const PIECES = [
  'cpu0 1 2 3 4 5 6 7 8 9 10',
  'MemTotal:  12 kB',
  '  8 0 sda 1 2 3 4 5 6 7 8 9 10 11',
  'eth0: 1 2 3 4 5 6 7 8 9 10 11 12 13 14 15 16',
  '22 1 179:2 / / rw,noatime shared:1 - ext4 /dev/root rw',
  'pgfault 1e5',
  'Tcp: InErrs',
  'Tcp: 0x12',
  'some avg10=0 total=',
  'md0 : active raid1 sda[0]',
  '   12 blocks [2/1] [U_]',
  'a{b="c"} 1',
  'POWER_SUPPLY_TEMP=Infinity',
  '\\',
  '',
];
const text = fc.oneof(
  fc.string({ maxLength: 200 }),
  fc.string({ unit: codePoint, maxLength: 100 }),
  fc
    .array(fc.oneof(fc.constantFrom(...PIECES), fc.string({ maxLength: 20 })), { maxLength: 12 })
    .map((lines) => lines.join('\n')),
);

/** Every file holds the same text, every folder one device of each sort. */
function hostOf(content: string): Host {
  const devices = ['0', 'cpu0', 'csrow0', 'eth0', 'mc0', 'mmcblk0', 'temp1_input', 'thermal_zone0'];
  return {
    readNow: () => content,
    read: () => Promise.resolve(content),
    list: () => Promise.resolve([...devices, 'a.prom', 'clocksource0', 'cooling_device0', 'soc']),
    link: () => Promise.resolve(content),
    stat: () => Promise.resolve({ bytes: content.length, modifiedMs: Date.now() }),
    statfs: () => Promise.reject(new Error('none')),
  };
}

function check(of: Sampler, metric: Metric, value: number, labels: readonly string[]): void {
  // A hundred thousand values: each `expect` costs more than what it looks at.
  if (labels.length !== metric.labels.length || (of.name !== 'textfile' && !Number.isFinite(value)))
    expect.fail(`${metric.name} of ${JSON.stringify(labels)} is ${value}`);
}

test.each(samplers.map((each) => [each.name, each] as const))('%s', async (_, sampler) => {
  await fc.assert(
    fc.asyncProperty(text, fc.constantFrom('edge', 'full'), async (content, profile) => {
      const options = optionsFor(sampler, profile);
      const raw = await sampler.read(hostOf(content), options);
      sampler.parse(
        raw,
        (metric, value, labels = []) => check(sampler, metric, value, labels),
        options,
      );
    }),
    { numRuns: 60 },
  );
});
