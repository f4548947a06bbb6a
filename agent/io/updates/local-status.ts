/** What a program on this machine answers to a probe: its status alone, within a bounded time. */

/** Less than most windows: a program that hangs is seen to hang within them. */
const LONGEST_MS = 10_000;

/** A redirection is an answer and not followed: it may lead off this machine. */
export async function localStatus(
  url: string,
  signal: AbortSignal,
  longestMs = LONGEST_MS,
): Promise<number> {
  const { status, body } = await fetch(url, {
    signal: AbortSignal.any([signal, AbortSignal.timeout(longestMs)]),
    redirect: 'manual',
  });
  // An answer that nobody reads would keep its connection.
  await body?.cancel();
  return status;
}
