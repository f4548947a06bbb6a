/** One try of a remedy: runs it within its time and tells how it ended, whatever it does. */
import type { RemedyConfig } from '../../config/remedies.ts';
import type { TryEnd } from '../../core/remedies/state.ts';
import type { Cancel, Clock } from '../../ports.ts';
import type { Remedy, RemedyContext, RemedyOutcome } from '../../remedies/remedy.ts';

/** A remedy that does not heed its abort is waited for no longer than this. */
const PATIENCE_MS = 15_000;
const MOST_TEXT = 1_024;
const MOST_OUTPUT_BYTES = 16_384;

export type Ending = Pick<TryEnd, 'state' | 'text' | 'output'>;

/** `leave` is aborted when the agent stops. Never rejects. */
export async function attempt(
  clock: Clock,
  kind: Remedy,
  { options, timeout }: RemedyConfig,
  world: Pick<RemedyContext, 'runner' | 'helper' | 'runTask' | 'check'>,
  leave: AbortSignal,
): Promise<Ending> {
  const late = new AbortController();
  const signal = AbortSignal.any([late.signal, leave]);
  const cancel = clock.after(timeout, () => late.abort());
  let giveUp: Cancel = () => undefined;
  const tooLong = new Promise<RemedyOutcome>((resolve) => {
    giveUp = clock.after(timeout + PATIENCE_MS, () =>
      resolve({ ok: false, text: 'does not end, and is left to itself' }),
    );
  });
  try {
    const context = { ...world, signal, timeoutMs: timeout };
    const outcome = await Promise.race([kind.run(options, context), tooLong]);
    return ending(outcome, late.signal.aborted, leave.aborted);
  } catch (error) {
    return ending(
      { ok: false, text: (error as Error).message },
      late.signal.aborted,
      leave.aborted,
    );
  } finally {
    cancel();
    giveUp();
  }
}

function ending({ ok, text, output }: RemedyOutcome, isLate: boolean, isLeft: boolean): Ending {
  const failed = isLate ? 'timed-out' : isLeft ? 'interrupted' : 'failed';
  return {
    state: ok ? 'succeeded' : failed,
    text: text.slice(0, MOST_TEXT),
    output: lastBytes(output ?? ''),
  };
}

function lastBytes(text: string): string {
  const bytes = new TextEncoder().encode(text);
  if (bytes.length <= MOST_OUTPUT_BYTES) return text;
  let start = bytes.length - MOST_OUTPUT_BYTES;
  while (((bytes[start] ?? 0) & 0xc0) === 0x80) start += 1;
  return new TextDecoder().decode(bytes.subarray(start));
}
