/**
 * The mount on which a path lies, as the first process sees it. Where that is hidden our own view has
 * to do, in which a hardened unit shows mounts as read-only that are not: then only the file system
 * itself counts.
 */
import type { Host } from '../../ports.ts';
import type { CheckContext } from '../check.ts';
import { type MountedAt, mountOf } from '../parse/proc.ts';

/** A table of mounts as it was printed. */
interface Printed {
  /** Monotonic. */
  readonly at: number;
  readonly text: string;
  readonly isFirst: boolean;
}

/** What a check found in a table that was printed the same before. */
interface Found {
  readonly text: string;
  readonly mount: MountedAt | undefined;
}

/** The kernel prints it anew for each reader: checks that run in one turn share it. */
const printed = new WeakMap<Host, Printed>();
const FRESH_MS = 1_000;

const MEMORY = 'mount';
/** Characters; a longer table is not worth its memory. */
const MOST_KEPT = 16_384;

export function mountAt(
  path: string,
  context: CheckContext,
): { readonly mount: MountedAt | undefined; readonly isFirst: boolean } {
  const { text, isFirst } = table(context);
  const { memory } = context;
  const before = memory.get(MEMORY) as Found | undefined;
  if (before?.text === text) return { mount: before.mount, isFirst };
  const mount = mountOf(text, path);
  if (text.length <= MOST_KEPT) memory.set(MEMORY, { text, mount } satisfies Found);
  return { mount, isFirst };
}

function table({ host, clock }: CheckContext): Printed {
  const at = clock.mono();
  const before = printed.get(host);
  if (before !== undefined && at - before.at < FRESH_MS) return before;
  const first = host.readNow('/proc/1/mountinfo');
  const text = first ?? host.readNow('/proc/self/mountinfo') ?? '';
  const fresh = { at, text, isFirst: first !== undefined };
  printed.set(host, fresh);
  return fresh;
}
