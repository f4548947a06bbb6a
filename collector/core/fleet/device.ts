/** A device as selectors see it. */
import type { Device } from '../device.ts';
import type { Selectable } from './selector.ts';

const NONE: ReadonlyMap<string, string> = new Map();

export function selectable({ id, site, state }: Device): Selectable {
  return { id, site, labels: state?.labels ?? NONE, facts: state?.facts ?? NONE };
}
