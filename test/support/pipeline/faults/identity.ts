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
    name: 'device cloned',
    allows: [],
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
      await pipeline.asStranger(async (client) => {
        for (let i = random.between(1, 50); i > 0; i--)
          await client.publishAsync('muster/v1/lab/newer-device/m', message, { qos: 1 });
      });
    },
  },
  {
    name: 'messages repeated in another order',
    allows: [],
    run: (pipeline, random) =>
      pipeline.asStranger(async (client) => {
        const heard: { topic: string; payload: Buffer }[] = [];
        client.on('message', (topic, payload) => heard.push({ topic, payload }));
        const kinds = ['m', 'h', 'event', 'schema'];
        await client.subscribeAsync(kinds.map((kind) => `muster/v1/+/${pipeline.device}/${kind}`));
        await pause(random.between(100, 600));
        const said = heard.splice(0);
        for (let i = said.length; i > 0; i--) {
          const { topic, payload } = random.pick(said);
          if (!topic.endsWith('/schema')) await client.publishAsync(topic, payload, { qos: 1 });
        }
      }),
  },
];
