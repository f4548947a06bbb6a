/** Programs that end, or stand still. */
import { type Fault, pause } from './fault.ts';

export const PROGRAM_FAULTS: readonly Fault[] = [
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
    name: 'agent frozen',
    allows: [],
    run: ({ agent }, random) => agent.freeze(random.between(100, 3_000)),
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
    name: 'collector frozen',
    allows: [],
    run: ({ collector }, random) => collector.freeze(random.between(100, 3_000)),
  },
  {
    name: 'broker killed',
    needs: 'broker',
    allows: [],
    async run({ broker }, random) {
      await broker?.end('SIGKILL');
      await pause(random.between(0, 300));
      await broker?.start();
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
