/** A simulated fleet against a real collector: what it takes, how fast, and what it costs. */
import { mkdtemp, rm } from 'node:fs/promises';
import { tmpdir } from 'node:os';
import { join } from 'node:path';
import { bundlePrograms } from '../../support/pipeline/programs.ts';
import { readArguments } from '../fleet/arguments.ts';
import { CollectorUnderLoad } from '../fleet/collector.ts';
import { type ProfileSummary, summariseProfile } from '../fleet/profile.ts';
import { measure } from '../fleet/run.ts';
import { print, type Summary, summarise } from '../fleet/summary.ts';
import { Workers } from '../fleet/workers.ts';
import { Soak } from '../soak/soak.ts';

export const describe =
  'A simulated fleet: --devices N --series M --interval S --for T [--warm T] [--rows R] [--rate max] [--window W] [--processes P] [--misbehave late,offline,restart,clock] [--restart] [--profile] [--markers N] [--json] [--sample SECONDS [--agent]] [--broker embedded|mosquitto]';

export async function run(args: string[]): Promise<void> {
  const options = readArguments(args);
  const bundle = (await bundlePrograms()).collector;
  const folder = await mkdtemp(join(tmpdir(), 'mstr-fleet-'));
  const soak = options.sampleSeconds === undefined ? undefined : new Soak(folder, options);
  const { profile: profiled, broker = 'embedded' } = options;
  const flags = soak?.flags ?? [];
  const place = { folder, bundle, profile: profiled, flags, broker };
  const collector = await CollectorUnderLoad.open(place);
  let workers: Workers | undefined;
  try {
    await collector.start();
    workers = await Workers.open({ ...options, mqttPort: collector.mqttPort });
    const measured = await measure(options, collector, workers, soak?.begin(collector, workers));
    const summary = summarise(measured);
    // First, so that it does not see its collector go.
    await soak?.end();
    await collector.end('SIGTERM');
    const profile = options.profile
      ? summariseProfile(join(folder, 'profile'), bundle, measured.window)
      : undefined;
    if (options.json) console.log(JSON.stringify({ ...summary, ...(profile && { profile }) }));
    else show(summary, profile);
    if (soak?.judge() === false) process.exitCode = 1;
  } finally {
    await soak?.end();
    workers?.end();
    await collector.close();
    await rm(folder, { recursive: true, force: true, maxRetries: 3 });
  }
}

function show(summary: Summary, profile: ProfileSummary | undefined): void {
  print(summary);
  if (profile === undefined) return;
  const perMessage = Number(summary['collectorMainThreadUsPerMessage']);
  for (const part of ['stages', 'files', 'functions'] as const) {
    console.log(`\n  main thread by ${part}: share of busy time, µs per message`);
    for (const [name, share] of profile[part]) {
      if (share < 0.003) continue;
      const us = (share * perMessage).toFixed(2).padStart(7);
      console.log(`  ${(share * 100).toFixed(1).padStart(6)} % ${us}  ${name}`);
    }
  }
}
