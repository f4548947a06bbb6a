/** The lines of a script, trimmed, comments blank; read one after the other. */
import { ScriptError } from './script.ts';

export class Lines {
  private readonly lines: readonly string[];
  private next = 0;

  constructor(text: string) {
    this.lines = text.split('\n').map((line) => {
      const trimmed = line.trim();
      return trimmed.startsWith('#') ? '' : trimmed;
    });
  }

  /** Of the line that `take` gave last, from 1. */
  get number(): number {
    return this.next;
  }

  get atEnd(): boolean {
    return this.next >= this.lines.length;
  }

  take(): string {
    return this.lines[this.next++] ?? '';
  }

  /** What follows the current line up to a blank one; `take` goes on behind it. */
  *block(): Generator<string> {
    while (!this.atEnd && this.lines[this.next] !== '') yield this.take();
  }

  fail(message: string): never {
    throw new ScriptError(this.next, message);
  }
}
