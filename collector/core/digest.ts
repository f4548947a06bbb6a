/** The `Content-Digest` field (RFC 9530), as far as one needs it to know that all of a file came. */

/** Its SHA-256 as hexadecimal digits; absent when the field has none, `false` when it is no such field. */
export function sha256Of(field: string | undefined): string | undefined | false {
  if (field === undefined) return undefined;
  const found = /(?:^|,)\s*sha-256=:([A-Za-z0-9+/]{43}=):\s*(?:,|$)/.exec(field);
  if (found !== null) return Buffer.from(found[1] ?? '', 'base64').toString('hex');
  return /^\s*[a-z*][a-z0-9_.*-]*=:[A-Za-z0-9+/]*=*:/.test(field) ? undefined : false;
}

export function contentDigest(sha256: string): string {
  return `sha-256=:${Buffer.from(sha256, 'hex').toString('base64')}:`;
}
