/**
 * How decoders answer: a value or a reason, never an exception.
 *
 * Bytes from the network are hostile until shown otherwise, and a `throw` is too easy to forget on
 * the way up; a discriminated union makes the compiler ask.
 */
export type Result<T> =
  | { readonly ok: true; readonly value: T }
  | { readonly ok: false; readonly error: DecodeError };

export interface DecodeError {
  readonly code: DecodeErrorCode;
  /** Where in the message, as a dotted path or a byte offset, for a person to read. */
  readonly at: string;
}

/** Every reason a payload is refused for, declared once; the text says what it means. */
export const DECODE_ERRORS = {
  'too-large': 'the payload is over the size limit',
  truncated: 'the payload ends in the middle of an item',
  'trailing-bytes': 'bytes follow the end of the payload',
  'too-deep': 'containers are nested over the depth limit',
  'too-many-items': 'the payload declares more items than its size can justify',
  'too-many-cells': 'the batch declares more cells than the limit',
  'unsupported-item': 'tags, bignums, indefinite lengths and reserved values are refused',
  'integer-range': 'an integer is outside the range of exact numbers (2^53 - 1)',
  'invalid-utf8': 'a text string is not UTF-8',
  'duplicate-key': 'a map holds the same key twice',
  'invalid-key': 'a map key is neither an unsigned integer nor a text string',
  'wrong-type': 'a field has another type than the message asks for',
  'missing-field': 'a required field is absent',
  'out-of-range': 'a field is outside its allowed range',
  'unknown-version': 'the message version is newer than this program',
  'unknown-codec': 'a column names a codec or scale that does not exist',
  'unknown-alias': 'a column lies outside the series dictionary',
} as const;

export type DecodeErrorCode = keyof typeof DECODE_ERRORS;

export function accept<T>(value: T): Result<T> {
  return { ok: true, value };
}

export function refuse(code: DecodeErrorCode, at: string): { ok: false; error: DecodeError } {
  return { ok: false, error: { code, at } };
}

export function explain(error: DecodeError): string {
  return `${error.code} at ${error.at}: ${DECODE_ERRORS[error.code]}`;
}
