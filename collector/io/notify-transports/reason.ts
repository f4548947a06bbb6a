/** Why a connection failed, in words without addresses that may hold secrets. */

export function reasonOf(error: unknown, signal: AbortSignal): string {
  if (signal.aborted) return 'not done in time';
  if (!(error instanceof Error)) return String(error);
  const code = 'code' in error && typeof error.code === 'string' ? error.code : undefined;
  // Node puts several attempts of one host name into one error with no message.
  if (error instanceof AggregateError) return reasonOf(error.errors[0], signal);
  const { message } = error;
  return code === undefined || message.includes(code) ? message : `${message} (${code})`;
}
