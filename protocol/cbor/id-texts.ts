/**
 * The texts of ids of eight bytes, so that one that came before is the same string again.
 *
 * Epochs, boots and dictionaries come with every message and are few. A string that is made anew
 * costs its making, and then its hash in each table that it is looked up in.
 */
import { idText } from './fields.ts';

/** Places, powers of two: some for each device that speaks. */
const LEAST = 64;
const MOST = 32_768;

export class IdTexts {
  private size = LEAST;
  private halves = new Int32Array(LEAST * 2);
  private texts = new Array<string>(LEAST).fill('');
  /** How often one took another's place since the table was made: too small a one grows. */
  private displaced = 0;

  /** As `idText`. */
  of(bytes: Uint8Array, at: number): string {
    const first = word(bytes, at);
    const second = word(bytes, at + 4);
    const place = (first ^ Math.imul(second, 0x9e37_79b1)) & (this.size - 1);
    const { halves } = this;
    const known = this.texts[place] as string;
    if (known !== '' && halves[place * 2] === first && halves[place * 2 + 1] === second)
      return known;
    const text = idText(bytes, at);
    if (known !== '' && ++this.displaced > this.size && this.size < MOST) {
      this.grow();
      return text;
    }
    halves[place * 2] = first;
    halves[place * 2 + 1] = second;
    this.texts[place] = text;
    return text;
  }

  private grow(): void {
    this.size *= 2;
    this.displaced = 0;
    this.halves = new Int32Array(this.size * 2);
    this.texts = new Array<string>(this.size).fill('');
  }
}

function word(bytes: Uint8Array, at: number): number {
  const low = (bytes[at] as number) | ((bytes[at + 1] as number) << 8);
  return low | ((bytes[at + 2] as number) << 16) | ((bytes[at + 3] as number) << 24);
}
