/**
 * The verdict over a new version: what it must show has to come within a window's length and then
 * to hold for the whole window. The link may be away in between; at the end it is there again.
 */

/** One look: what was seen to be wrong, in words; empty when all is well. */
export interface Look {
  /** Milliseconds on a clock that only goes forward. */
  readonly at: number;
  readonly wrong: string;
  readonly linkUp: boolean;
}

export interface Watch {
  readonly windowMs: number;
  readonly linkWasUp: boolean;
  readonly began: number;
  /** Since when all is well. */
  readonly wellSince: number | undefined;
}

export type ProbeVerdict =
  | { readonly kind: 'on'; readonly watch: Watch }
  | { readonly kind: 'good' }
  | { readonly kind: 'bad'; readonly code: 'probe-failed' | 'link-lost'; readonly why: string };

/** Time for the link after the window, where it was up before. */
const LINK_MS = 60_000;

export function judge(watch: Watch, { at, wrong, linkUp }: Look): ProbeVerdict {
  const { windowMs, began, wellSince } = watch;
  if (wrong !== '') {
    const tooLate = wellSince !== undefined || at - began >= windowMs;
    return tooLate ? { kind: 'bad', code: 'probe-failed', why: wrong } : { kind: 'on', watch };
  }
  const since = wellSince ?? at;
  if (at - since < windowMs) return { kind: 'on', watch: { ...watch, wellSince: since } };
  if (!watch.linkWasUp || linkUp) return { kind: 'good' };
  if (at - since < windowMs + LINK_MS) return { kind: 'on', watch: { ...watch, wellSince: since } };
  const why = 'the link was up before and did not come back';
  return { kind: 'bad', code: 'link-lost', why };
}
