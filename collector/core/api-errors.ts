/**
 * Every refusal of the collector's own HTTP API, declared once: a stable code that tools may rely
 * on, its HTTP status, and a title for people. The Prometheus API has its own error types.
 */
export const API_ERRORS = {
  'bad-request': { status: 400, title: 'The request is not valid' },
  'bad-selector': { status: 400, title: 'The selector cannot be read' },
  'cross-site': { status: 403, title: 'Another site may not change anything here' },
  'unknown-device': { status: 404, title: 'No device has this id' },
  'not-reported': { status: 404, title: 'The device has not said so yet' },
  'unknown-entry': { status: 404, title: 'No quarantined message has this id' },
  'not-found': { status: 404, title: 'Nothing is here' },
  'page-not-built': { status: 404, title: 'The page is not built' },
  'body-too-large': { status: 413, title: 'The body is over the size limit' },
  'unsupported-media-type': { status: 415, title: 'The body has a type that is not understood' },
  'unknown-host': { status: 421, title: 'This server does not answer to that host name' },
  internal: { status: 500, title: 'The collector failed to answer' },
  'no-room': { status: 507, title: 'There is no room for it' },
  'too-many-streams': { status: 503, title: 'Too many live streams are open' },
} as const satisfies Record<string, { readonly status: number; readonly title: string }>;

export type ApiErrorCode = keyof typeof API_ERRORS;

export class ApiError extends Error {
  readonly code: ApiErrorCode;

  constructor(code: ApiErrorCode, detail: string) {
    super(detail);
    this.name = 'ApiError';
    this.code = code;
  }
}

/** RFC 9457; `code` is ours and stable, `type` names it as a URI that needs no server. */
export interface ProblemDocument {
  readonly type: string;
  readonly title: string;
  readonly status: number;
  readonly detail: string;
  readonly code: ApiErrorCode;
}

export function problemDocument(code: ApiErrorCode, detail: string): ProblemDocument {
  const { status, title } = API_ERRORS[code];
  return { type: `urn:muster:error:${code}`, title, status, detail, code };
}
