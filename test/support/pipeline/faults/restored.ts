/** A collector that goes back to an older copy of its data, or has lost some of it. */
import { cp } from 'node:fs/promises';
import { join } from 'node:path';
import { ClassicLevel } from 'classic-level';
import type { Pipeline } from '../pipeline.ts';
import type { Random } from '../random.ts';
import { replace } from './copies.ts';
import { type Fault, pause, until } from './fault.ts';

/** What was stored since the copy and is deleted on the device: a gap, of which nobody told. */
const SINCE_THE_COPY = ['unreported'];
const ACKNOWLEDGED = 'muster_collector_ingest_batches_total';
const UNKNOWN = 'muster_collector_ingest_deferred_total{reason="unknown-schema"}';

export const RESTORED_FAULTS: readonly Fault[] = [
  {
    name: 'collector set back',
    allows: SINCE_THE_COPY,
    async run(pipeline, random) {
      const restore = await copyCollector(pipeline);
      await pause(random.between(100, 1_500));
      await restore();
      // What is lost shows by the next batch of its epoch. Were the agent's own folder lost before
      // that, nobody would be left who knows.
      await pipeline.untilStored();
    },
  },
  {
    name: 'collector restored from an older copy',
    allows: SINCE_THE_COPY,
    async run(pipeline, random) {
      const restore = await copyCollector(pipeline);
      await severalBatches(pipeline, random);
      await restore();
      await pipeline.untilStored();
    },
  },
  {
    // The epochs that the agent had meanwhile are over, and nothing of them is left in its buffer.
    name: 'collector restored, and the agent restarted since the copy',
    allows: SINCE_THE_COPY,
    async run(pipeline, random) {
      const restore = await copyCollector(pipeline);
      for (let lives = random.between(1, 3); lives > 0; lives--) {
        await severalBatches(pipeline, random);
        await pipeline.emptyAgent();
        await pipeline.agent.start('started');
      }
      await restore();
      await pipeline.untilStored();
    },
  },
  {
    name: 'dictionaries lost at the collector',
    // Its own broker would be gone with it, and the agent told the dictionary at the next connection.
    needs: 'broker',
    allows: [],
    async run(pipeline) {
      // An agent that connects anew just then tells its dictionary unasked: another try.
      for (let tries = 5; tries > 0; tries--) {
        if (await loseDictionaries(pipeline)) return;
      }
      throw new Error('in vain: the collector asks for a dictionary');
    },
  },
];

/** Answers whether the collector met a batch whose dictionary it did not know. */
async function loseDictionaries(pipeline: Pipeline): Promise<boolean> {
  const { collector, collectorData, device, sites } = pipeline;
  const topics = sites.map((site) => `muster/v1/${site}/${device}/schema`);
  await collector.end('SIGTERM');
  await forgetDictionaries(join(collectorData, 'catalog'));
  return pipeline.as('Forgetter', async (client) => {
    client.on('message', (topic, payload) => {
      if (payload.length > 0) client.publish(topic, '', { qos: 1, retain: true });
    });
    await client.subscribeAsync(topics);
    await pipeline.startCollector();
    await pipeline.untilStored();
    return (await pipeline.counter(UNKNOWN)) > 0;
  });
}

async function copyCollector(pipeline: Pipeline): Promise<() => Promise<void>> {
  const { collector, collectorData } = pipeline;
  const copy = `${collectorData}.copy`;
  // To a collector that has never heard of a device, what it held before is another collector's.
  await pipeline.untilStored();
  await collector.end('SIGTERM');
  await cp(collectorData, copy, { recursive: true });
  await pipeline.startCollector();
  return async () => {
    await collector.end('SIGKILL');
    await replace(collectorData, copy);
    await pipeline.startCollector();
  };
}

/** Stored, acknowledged, and with that deleted on the device. */
async function severalBatches(pipeline: Pipeline, random: Random): Promise<void> {
  const before = await pipeline.counter(ACKNOWLEDGED);
  await risen(pipeline, ACKNOWLEDGED, before + random.between(5, 20));
}

function risen(pipeline: Pipeline, counter: string, above: number): Promise<void> {
  return until(`${counter} rises above ${above}`, async () => {
    return (await pipeline.counter(counter)) > above;
  });
}

async function forgetDictionaries(path: string): Promise<void> {
  const level = new ClassicLevel<string, Uint8Array>(path, { valueEncoding: 'view' });
  await level.clear({ gte: 'schema/', lt: 'schema0' });
  await level.close();
}
