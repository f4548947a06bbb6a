/** Reads a text from left to right; every complaint says where it stands. */
import { NotationError } from './error.ts';

const SPACE = /[ \t]+/y;
/** A word as shown in a complaint. */
const WORD = /[^ \t]+/y;

export class Cursor {
  readonly text: string;
  position: number;

  constructor(text: string, position = 0) {
    this.text = text;
    this.position = position;
  }

  get atEnd(): boolean {
    return this.position >= this.text.length;
  }

  /** Whether there was any. */
  skipSpace(): boolean {
    return this.match(SPACE) !== undefined;
  }

  /** Takes `literal` when it comes next. */
  take(literal: string): boolean {
    if (!this.text.startsWith(literal, this.position)) return false;
    this.position += literal.length;
    return true;
  }

  /** `pattern` is sticky. */
  match(pattern: RegExp): string | undefined {
    pattern.lastIndex = this.position;
    const found = pattern.exec(this.text)?.[0];
    if (found !== undefined) this.position += found.length;
    return found;
  }

  expect(literal: string, where: string): void {
    if (!this.take(literal)) this.fail(`expected "${literal}" ${where}`);
  }

  fail(message: string, position = this.position): never {
    throw new NotationError(position, `${message}, found ${this.found(position)}`);
  }

  private found(position: number): string {
    WORD.lastIndex = position;
    const word = WORD.exec(this.text)?.[0];
    if (word !== undefined) return JSON.stringify(word.slice(0, 40));
    return position >= this.text.length ? 'the end' : 'a space';
  }
}
