/** Devices that are not who, where or what they were. */
import { cp } from 'node:fs/promises';
import { encodeCbor } from '../../../../protocol/cbor/encode.ts';
import type { CborValue } from '../../../../protocol/cbor/values.ts';
import type { Pipeline } from '../pipeline.ts';
import { empty } from './copies.ts';
import { type Fault, pause, until } from './fault.ts';

const QOS = { qos: 1 } as const;
const NEWER = 'muster_collector_ingest_deferred_total{reason="unknown-version"}';

export const IDENTITY_FAULTS: readonly Fault[] = [
  {
    name: 'device moved to another site',
    allows: [],
    async run(pipeline) {
      const { site } = pipeline;
      // The collector is there: one that is away when a device moves hears of it later.
      await pipeline.untilStored();
      await pipeline.agent.end('SIGTERM');
      pipeline.moveAgent();
      await pipeline.agent.start('started');
      await until(`nothing is retained under ${site}`, () => isForgotten(pipeline, site));
    },
  },
  cloned('device cloned, within one boot', false),
  cloned('device cloned, another boot', true),
  {
    // The other machine is killed, and tells so when it starts again. Its buffer looks like one anew.
    name: 'device id given twice',
    allows: ['killed', 'unreported'],
    async run({ stranger }, random) {
      await stranger.start('started');
      await pause(random.between(200, 1_500));
      await stranger.end('SIGKILL');
    },
  },
  {
    name: 'newer agent beside it',
    allows: [],
    async run(pipeline, random) {
      const before = await pipeline.counter(NEWER);
      const messages = random.between(1, 50);
      await pipeline.as('newer-device', async (client) => {
        let number = 0;
        // A collector that is not there yet hears none of the first.
        await until('the collector counts messages of a newer version', async () => {
          await client.publishAsync('muster/v1/lab/newer-device/m', newerBatch(++number), QOS);
          return (await pipeline.counter(NEWER)) >= before + messages;
        });
      });
      const { quarantined, series } = await ofNewer(pipeline);
      if (quarantined + series > 0)
        throw new Error(`newer version: ${quarantined} set aside, ${series} series stored`);
    },
  },
  {
    name: 'messages repeated in another order',
    allows: [],
    async run(pipeline, random) {
      const heard: { topic: string; payload: Buffer }[] = [];
      await pipeline.as('Watcher', async (client) => {
        client.on('message', (topic, payload) => heard.push({ topic, payload }));
        const kinds = ['m', 'h', 'event'];
        await client.subscribeAsync(kinds.map((kind) => `muster/v1/+/${pipeline.device}/${kind}`));
        await pause(random.between(100, 600));
      });
      // The broker takes the device's own connection away for this one.
      await pipeline.as(pipeline.device, async (client) => {
        for (let i = heard.length; i > 0; i--) {
          const { topic, payload } = random.pick(heard);
          client.publish(topic, payload, { qos: 1 });
        }
        await pause(random.between(20, 200));
      });
    },
  },
];

/** Both sample and deliver under one id, in one session that they take from each other. */
function cloned(name: string, reboot: boolean): Fault {
  return {
    name,
    allows: [],
    async run(pipeline, random) {
      const { agent, clone, link, machines } = pipeline;
      // Both shall hold the same records, too.
      link.refuse(true);
      await pause(random.between(0, 600));
      await agent.end('SIGTERM');
      await copyAgent(pipeline);
      if (reboot) machines.clone.reboot();
      await Promise.all([agent.start('started'), clone.start('started')]);
      link.refuse(false);
      await pause(random.between(500, 3_000));
      await pipeline.emptyClone();
      await empty(pipeline.cloneData);
    },
  };
}

async function copyAgent({ agentData, cloneData }: Pipeline): Promise<void> {
  await cp(agentData, cloneData, { recursive: true });
}

/** What a newer agent may send: a version that nobody knows, and behind it whatever it likes. */
function newerBatch(number: number): Buffer {
  const epoch = Buffer.alloc(8, 0x99);
  const fields = new Map<number, CborValue>([
    ...[[0, 99] as const, [1, epoch] as const],
    ...[[2, number] as const, [99, 'of the future'] as const],
  ]);
  return Buffer.from(encodeCbor(fields));
}

async function ofNewer(pipeline: Pipeline): Promise<{ quarantined: number; series: number }> {
  const { http } = pipeline.address;
  const answer = await fetch(`${http}/api/muster/v1/quarantine`);
  const { entries } = (await answer.json()) as { entries: readonly { topic: string }[] };
  const selector = '{instance="newer-device", __name__!~"up|muster_.*"}';
  return {
    quarantined: entries.filter(({ topic }) => topic.includes('/newer-device/')).length,
    series: (await pipeline.query(selector)).length,
  };
}

/** Whether a broker that is asked now has nothing retained of the device there. */
function isForgotten(pipeline: Pipeline, site: string): Promise<boolean> {
  return pipeline.as('Watcher', async (client) => {
    const found = new Set<string>();
    client.on('message', (topic, payload) => {
      if (payload.length > 0) found.add(topic);
    });
    await client.subscribeAsync(`muster/v1/${site}/${pipeline.device}/#`);
    await pause(100);
    return found.size === 0;
  });
}
