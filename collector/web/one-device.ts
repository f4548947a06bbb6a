/** What lists of many devices say of one: they are asked for the page that begins with it. */

/** What sorts right before an id, to ask for what comes after: no id has a `~`, or sorts behind it. */
export function justBefore(id: string): string {
  const last = id.codePointAt(id.length - 1) ?? 0;
  return `${id.slice(0, -1)}${String.fromCodePoint(Math.max(0, last - 1))}~`;
}

/** Asked once for what cannot change any more, again for the rest. */
export class Known<T> {
  private readonly found = new Map<string, Promise<T>>();

  get(key: string, over: boolean, ask: () => Promise<T>): Promise<T> {
    const known = over ? this.found.get(key) : undefined;
    if (known !== undefined) return known;
    const asked = ask();
    if (over) {
      this.found.set(key, asked);
      asked.catch(() => this.found.delete(key));
    }
    return asked;
  }
}
