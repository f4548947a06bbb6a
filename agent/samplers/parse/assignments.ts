/** `NAME=value` lines, as in os-release(5) and the kernel's uevent files. */

export function parseAssignments(text: string): ReadonlyMap<string, string> {
  const found = new Map<string, string>();
  for (const line of text.split('\n')) {
    const trimmed = line.trim();
    const equals = trimmed.indexOf('=');
    if (equals <= 0 || trimmed.startsWith('#')) continue;
    found.set(trimmed.slice(0, equals), unquoted(trimmed.slice(equals + 1)));
  }
  return found;
}

/** Quotes as a shell reads them; in double quotes a backslash keeps the next character. */
function unquoted(value: string): string {
  const quote = value[0];
  if (value.length < 2 || value.at(-1) !== quote || (quote !== '"' && quote !== "'")) return value;
  const inner = value.slice(1, -1);
  return quote === '"' ? inner.replaceAll(/\\(["$`\\])/g, '$1') : inner;
}
