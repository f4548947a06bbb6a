/**
 * The labels under which a device's series are stored: identity comes from the topic and cannot be
 * claimed by the data (Prometheus calls this honor_labels: false).
 */
import type { SeriesDefinition } from '../../protocol/messages/schema.ts';

const JOB = 'node';

/** `exported_<label>` keeps what the data said where it collides with an identity label. */
export function stampIdentity(
  definition: SeriesDefinition,
  site: string,
  device: string,
): Map<string, string> {
  const identity: readonly (readonly [string, string])[] = [
    ['instance', device],
    ['job', JOB],
    ['site', site],
  ];
  const labels = new Map<string, string>([['__name__', definition.name]]);
  const names = new Set(identity.map(([name]) => name));
  const own = new Set(definition.labels.map(([name]) => name));
  for (const [name, value] of definition.labels) {
    labels.set(names.has(name) ? exported(name, own) : name, value);
  }
  for (const [name, value] of identity) labels.set(name, value);
  return labels;
}

function exported(name: string, taken: ReadonlySet<string>): string {
  let renamed = `exported_${name}`;
  while (taken.has(renamed)) renamed = `exported_${renamed}`;
  return renamed;
}
