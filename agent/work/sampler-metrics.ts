/** What is said of the samplers themselves, under node_exporter's names. */
import type { Metric } from '../samplers/sampler.ts';

export const SUCCESS: Metric = {
  name: 'node_scrape_collector_success',
  type: 'gauge',
  help: 'Whether a sampler succeeded.',
  labels: ['collector'],
};

export const DURATION: Metric = {
  name: 'node_scrape_collector_duration_seconds',
  type: 'gauge',
  help: 'Seconds that a sampler took.',
  labels: ['collector'],
};
