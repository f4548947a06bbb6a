/** The faults of the exactly-once check, and which gaps each may cause. */
import type { Pipeline } from './pipeline.ts';
import type { Random } from './random.ts';

export interface Fault {
  readonly name: string;
  /** Causes of gaps that this fault allows. Link, broker and collector failures cause none. */
  readonly allows: readonly string[];
  run(pipeline: Pipeline, random: Random): Promise<void>;
}

const pause = (ms: number) => new Promise<void>((resolve) => setTimeout(resolve, ms));

export const FAULTS: readonly Fault[] = [
  {
    name: 'agent killed',
    allows: ['killed'],
    async run({ agent }, random) {
      await agent.end('SIGKILL');
      await pause(random.between(0, 100));
      await agent.start('started');
    },
  },
  {
    name: 'agent stopped',
    allows: [],
    async run({ agent }) {
      await agent.end('SIGTERM');
      await agent.start('started');
    },
  },
  {
    name: 'collector killed',
    allows: [],
    async run(pipeline, random) {
      await pipeline.collector.end('SIGKILL');
      await pause(random.between(0, 300));
      await pipeline.startCollector();
    },
  },
  {
    name: 'collector stopped',
    allows: [],
    async run(pipeline) {
      await pipeline.collector.end('SIGTERM');
      await pipeline.startCollector();
    },
  },
  {
    name: 'broker killed',
    allows: [],
    async run({ broker }, random) {
      await broker?.end('SIGKILL');
      await pause(random.between(0, 300));
      await broker?.start();
    },
  },
  {
    name: 'link cut',
    allows: [],
    async run({ link }, random) {
      for (let i = random.between(1, 4); i > 0; i--) {
        link.cut();
        await pause(random.between(0, 150));
      }
    },
  },
  {
    name: 'link away',
    allows: [],
    async run({ link }, random) {
      link.refuse(true);
      await pause(random.between(50, 500));
      link.refuse(false);
    },
  },
  {
    name: 'link silent',
    allows: [],
    async run({ link }, random) {
      link.hold(true);
      await pause(random.between(50, 500));
      link.hold(false);
    },
  },
  {
    name: 'everything killed',
    allows: ['killed'],
    async run(pipeline, random) {
      await Promise.all([pipeline.agent.end('SIGKILL'), pipeline.collector.end('SIGKILL')]);
      await pause(random.between(0, 100));
      await Promise.all([pipeline.agent.start('started'), pipeline.startCollector()]);
    },
  },
];
