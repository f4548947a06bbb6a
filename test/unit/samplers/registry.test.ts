/** What must hold for every sampler, also for one that is added tomorrow. */

import { readdirSync } from 'node:fs';
import Ajv from 'ajv';
import { expect, test } from 'vitest';
import { edgeSamplers } from '../../../agent/samplers/edge.ts';
import { samplers, samplersOf } from '../../../agent/samplers/index.ts';

const folder = new URL('../../../agent/samplers/', import.meta.url);

test('every file of a sampler is in the registry, once', () => {
  const shared = ['edge', 'index', 'memory', 'metrics-by-field', 'options', 'sampler', 'source'];
  const files = readdirSync(folder).filter((name) => name.endsWith('.ts'));
  expect(samplers).toHaveLength(files.length - shared.length);
  expect(new Set(samplers.map(({ name }) => name)).size).toBe(samplers.length);
});

test('metrics are named as Prometheus asks, and each belongs to one sampler', () => {
  const owners = new Map<string, string>();
  for (const sampler of samplers) {
    for (const metric of sampler.metrics) {
      expect(metric.name).toMatch(/^node_[a-zA-Z0-9_]+$/);
      expect(metric.help).not.toBe('');
      if (metric.type === 'counter') expect(metric.name).toMatch(/_total$/);
      expect(owners.get(metric.name) ?? sampler.name, metric.name).toBe(sampler.name);
      owners.set(metric.name, sampler.name);
    }
  }
});

test('what every agent loads is what profile edge runs', () => {
  expect(edgeSamplers).toEqual(samplersOf('edge'));
});

test('edge is part of full', () => {
  const full = new Set(samplersOf('full'));
  expect(samplersOf('edge').filter((sampler) => !full.has(sampler))).toEqual([]);
});

test('options are described, and presets are valid by their own description', () => {
  const ajv = new Ajv.default({ strict: true, formats: { regex: true } });
  for (const { name, options, presets } of samplers) {
    if (options === undefined) continue;
    const validate = ajv.compile(options);
    for (const preset of Object.values(presets ?? {})) {
      expect(validate(preset), `${name}: ${ajv.errorsText(validate.errors)}`).toBe(true);
    }
    expect(validate({ unknown: 1 }), name).toBe(false);
  }
});

test('a slow sampler is given up before its next turn', () => {
  for (const { name, timeoutMs, intervalSeconds } of samplers) {
    expect(timeoutMs, name).toBeLessThanOrEqual((intervalSeconds ?? 10) * 1000);
  }
});
