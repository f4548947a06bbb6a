/**
 * What a sampler remembers from one reading to the next. It belongs to the host that was read, not
 * to the sampler: two agents in one process (tests) must not see each other's mounts or counters.
 */
import type { Host } from '../ports.ts';

export function perHost<T>(create: () => T): (host: Host) => T {
  const memories = new WeakMap<Host, T>();
  return (host) => {
    const known = memories.get(host);
    if (known !== undefined) return known;
    const fresh = create();
    memories.set(host, fresh);
    return fresh;
  };
}
