/** The series of simulated devices in a store, as the collector's dictionaries put them there. */
import { stampIdentity } from '../../../collector/core/identity.ts';
import type { SampleStore } from '../../../collector/ports.ts';
import type { SeriesDefinition } from '../../../protocol/messages/schema.ts';

export function resolveAll(
  store: SampleStore,
  devices: number,
  series: readonly SeriesDefinition[],
): Uint32Array[] {
  return Array.from({ length: devices }, (_, n) => {
    const device = `fleet-${n}`;
    return Uint32Array.from(series, (one) =>
      store.resolve(
        stampIdentity(one, `site-${n % 20}`, device),
        { type: one.type, unit: one.unit },
        device,
      ),
    );
  });
}
