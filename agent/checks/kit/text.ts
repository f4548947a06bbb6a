/** Words of findings. */

const LONG = 2 * 86_400;

/** One printable line of at most `most` characters; what a server says may hold anything. */
export function oneLine(text: string, most = 200): string {
  // biome-ignore lint/suspicious/noControlCharactersInRegex: these are what is taken out
  const line = text.replace(/[\u0000-\u001f\u007f-\u009f\s]+/g, ' ').trim();
  return line.length > most ? `${line.slice(0, most - 1)}…` : line;
}

/** `0.0123` as `12.3 ms`, `4.5` as `4.5 s`, a week as days. */
export function shownSeconds(seconds: number): string {
  const size = Math.abs(seconds);
  if (size >= LONG) return shownSpan(seconds);
  return size < 1 ? `${trimmed(seconds * 1000)} ms` : `${trimmed(seconds)} s`;
}

/** `3 days` or, below two days, `5 hours`. */
export function shownSpan(seconds: number): string {
  const days = Math.floor(seconds / 86_400);
  if (days >= 2) return `${days} days`;
  const hours = Math.floor(seconds / 3600);
  return hours === 1 ? '1 hour' : `${hours} hours`;
}

export function endpoint(host: string, port: number): string {
  return host.includes(':') ? `[${host}]:${port}` : `${host}:${port}`;
}

function trimmed(value: number): string {
  return String(Number(value.toPrecision(3)));
}
