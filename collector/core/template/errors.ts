/** What goes wrong with a template, in the words of Go's text/template. */

export type TemplateErrorKind = 'parse' | 'execute' | 'limit';

export class TemplateError extends Error {
  readonly kind: TemplateErrorKind;

  constructor(kind: TemplateErrorKind, message: string) {
    super(message);
    this.name = 'TemplateError';
    this.kind = kind;
  }
}

/** What a function of a template says when it cannot answer; the engine adds where it was called. */
export class CallError extends Error {}
