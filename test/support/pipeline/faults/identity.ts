/** Devices that are not who, where or what they were. */
import { encodeCbor } from '../../../../protocol/cbor/encode.ts';
import { type Fault, pause } from './fault.ts';

export const IDENTITY_FAULTS: readonly Fault[] = [
  {
    name: 'device moved to another site',
    allows: [],
    async run(pipeline) {
      await pipeline.agent.end('SIGTERM');
      pipeline.moveAgent();
      await pipeline.agent.start('started');
    },
  },
  {
    // The other machine is killed, and tells so when it starts again.
    name: 'device id given twice',
    allows: ['killed'],
    async run({ clone }, random) {
      await clone.start('started');
      await pause(random.between(200, 1_500));
      await clone.end('SIGKILL');
    },
  },
  {
    name: 'newer agent beside it',
    allows: [],
    async run(pipeline, random) {
      const message = Buffer.from(encodeCbor(new Map([[0, 99]])));
      await pipeline.as('newer-device', async (client) => {
        for (let i = random.between(1, 50); i > 0; i--)
          await client.publishAsync('muster/v1/lab/newer-device/m', message, { qos: 1 });
      });
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
