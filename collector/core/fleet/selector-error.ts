/** A selector that cannot be read; the message names the place, from 1. */
export class SelectorError extends Error {
  /** Characters before the place. */
  readonly at: number;

  constructor(text: string, at: number, reason: string) {
    super(`selector ${JSON.stringify(text)}, character ${at + 1}: ${reason}`);
    this.name = 'SelectorError';
    this.at = at;
  }
}
