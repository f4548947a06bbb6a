/** The broker's front, as a target of conversations. */
import { type Front, fuzzSockets, type SocketRun } from './conversations.ts';
import { makeStream } from './mqtt-stream.ts';
import { seeds } from './seeds.ts';

const BROKER: Front = {
  name: 'broker',
  corpus: 'broker',
  portOf: ({ url }) => Number(new URL(url).port),
  maker: () => {
    const payloads = seeds();
    return Promise.resolve((random) => makeStream(random, payloads));
  },
  // What a broker says to rubbish is its own affair.
  wrongIn: () => undefined,
};

export function fuzzBroker(run: SocketRun): Promise<boolean> {
  return fuzzSockets(BROKER, run);
}
