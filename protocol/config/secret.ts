/** A password on its way from file or environment to the wire: printing it shows nothing. */

export interface Secret {
  /** The text itself. Only for the one place that sends it. */
  reveal(): string;
  /** Always the same words, and never the text. */
  toString(): string;
}

const HIDDEN = '[secret]';

export function hide(text: string): Secret {
  const secret = { toString: () => HIDDEN, toJSON: () => HIDDEN };
  // Not enumerable, so that loggers and inspectors which walk an object's own keys find nothing.
  return Object.defineProperty(secret, 'reveal', { value: () => text }) as unknown as Secret;
}

export function isSecret(value: unknown): value is Secret {
  return typeof value === 'object' && value !== null && Object.hasOwn(value, 'reveal');
}
