/** Alerts on the broker's topics, at least once. */

import type { AlertPublisher } from '../../ports/notify.ts';
import type { Bus } from '../../ports.ts';

export function busPublisher(bus: Pick<Bus, 'publish'>): AlertPublisher {
  return {
    publish: (topic, payload, { retain }) => bus.publish(topic, payload, { qos: 1, retain }),
  };
}
