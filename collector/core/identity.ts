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

/** Device labels and versions as `muster_device_info` carries them, in Prometheus's form. */
export function infoLabels(
  agentVersion: string,
  labels: ReadonlyMap<string, string>,
  site: string,
  device: string,
): Map<string, string> {
  const own = new Map<string, string>();
  const fixed = ['agent_version', 'instance', 'job', 'site'];
  for (const [name, value] of labels) {
    const valid = validName(name);
    let free = fixed.includes(valid) ? `exported_${valid}` : valid;
    for (let n = 2; own.has(free); n++) free = `${valid}_${n}`;
    own.set(free, value);
  }
  return new Map([
    ...own,
    ['agent_version', agentVersion],
    ...ownIdentity('muster_device_info', site, device),
  ]);
}

/** The labels of a series that the collector itself makes about a device. */
export function ownIdentity(name: string, site: string, device: string): Map<string, string> {
  return new Map([
    ['__name__', name],
    ['instance', device],
    ['job', JOB],
    ['site', site],
  ]);
}

/** Anything else becomes an underscore; names that begin with two are Prometheus's own. */
function validName(name: string): string {
  const plain = name.replaceAll(/[^a-zA-Z0-9_]/g, '_').replace(/^_*/, '');
  return /^[a-zA-Z]/.test(plain) ? plain : `_${plain}`;
}
