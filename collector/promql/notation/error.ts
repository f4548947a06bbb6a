/** What is wrong with a series description, and where. */
export class NotationError extends Error {
  /** Offset into the text, UTF-16 units. */
  readonly position: number;

  constructor(position: number, message: string) {
    super(message);
    this.name = 'NotationError';
    this.position = position;
  }
}
