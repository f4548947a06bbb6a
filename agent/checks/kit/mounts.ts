/**
 * The mount on which a path lies, as the first process sees it. Where that is hidden our own view has
 * to do, in which a hardened unit shows mounts as read-only that are not: then only the file system
 * itself counts.
 */
import type { Host } from '../../ports.ts';
import type { CheckContext } from '../check.ts';
import { type MountedAt, mountOf } from '../parse/proc.ts';
import { understood } from './understood.ts';

/** A table of mounts as it was printed. */
interface Printed {
  /** Monotonic. */
  readonly at: number;
  readonly text: string;
  readonly isFirst: boolean;
}

/** The kernel prints it anew for each reader: checks that run in one turn share it. */
const printed = new WeakMap<Host, Printed>();
const FRESH_MS = 1_000;

export function mountAt(
  path: string,
  context: CheckContext,
): { readonly mount: MountedAt | undefined; readonly isFirst: boolean } {
  const { text, isFirst } = table(context);
  return { mount: understood(text, context, (printedText) => mountOf(printedText, path)), isFirst };
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
