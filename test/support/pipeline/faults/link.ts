/** Between agent and broker. */
import { type Fault, pause } from './fault.ts';

export const LINK_FAULTS: readonly Fault[] = [
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
];
