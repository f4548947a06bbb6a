/** Clocks that jump while the agent runs. */
import { type Fault, pause } from './fault.ts';

const TEN_YEARS = 3_652 * 86_400_000;

export const CLOCK_FAULTS: readonly Fault[] = [
  stepped('clock stepped ten years ahead', TEN_YEARS),
  stepped('clock stepped ten years back', -TEN_YEARS),
];

function stepped(name: string, wall: number): Fault {
  return {
    name,
    allows: [],
    async run({ agent, link, machines }, random) {
      machines.agent.change({ wall }, agent);
      await pause(random.between(100, 1_500));
      if (random.next() < 0.5) link.cut();
      await pause(random.between(0, 1_500));
      machines.agent.change({ wall: 0 }, agent);
    },
  };
}
