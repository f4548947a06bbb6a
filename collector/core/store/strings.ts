/**
 * Every text once: label names, label values, units and owners are numbers from here on. Numbers
 * start at 1 and are never given twice, since the index on disk uses them too.
 */
export class StringTable {
  private readonly numbers = new Map<string, number>();
  private readonly texts: string[] = [''];

  get size(): number {
    return this.texts.length - 1;
  }

  intern(text: string): number {
    const known = this.numbers.get(text);
    if (known !== undefined) return known;
    const number = this.texts.length;
    // A text sliced out of a large message would keep that whole message alive.
    const own = detach(text);
    this.texts.push(own);
    this.numbers.set(own, number);
    return number;
  }

  /** Puts back a text under the number that the index on disk has for it. */
  restore(number: number, text: string): void {
    this.reserve(number);
    this.texts[number] = text;
    this.numbers.set(text, number);
  }

  /** Numbers up to this one are taken, even if nobody knows their texts any more. */
  reserve(number: number): void {
    while (this.texts.length <= number) this.texts.push('');
  }

  find(text: string): number | undefined {
    return this.numbers.get(text);
  }

  text(number: number): string {
    return this.texts[number] ?? '';
  }
}

function detach(text: string): string {
  const copy = Buffer.from(text).toString();
  return copy === text ? copy : text;
}
