/** A fact as a file: a line with the checksum of the text, then the text. */
import { crc32 } from 'node:zlib';

export const FACT_NAME = /^[a-z0-9][a-z0-9._-]{0,127}$/;

/** End of the name of a file that is not yet one; its beginning is a dot, which no fact has. */
export const NEW = '.new';

/** Far above any fact; keeps a wrong file from being read into memory. */
export const MOST_BYTES = 1024 * 1024;

/** A file or folder that was not a fact. */
export interface SetAside {
  /** Below the folder of facts. */
  readonly path: string;
  readonly why: string;
  /** Where it is now; absent when it could not be moved and was left. */
  readonly to?: string;
}

const HEAD = /^fact ([0-9a-f]{8})$/;

export function sealed(text: string): Buffer {
  const body = Buffer.from(text, 'utf8');
  return Buffer.concat([Buffer.from(`fact ${sumOf(body)}\n`, 'latin1'), body]);
}

/** The text, or why it is not to be believed. */
export function unsealed(bytes: Buffer): { readonly text: string } | { readonly why: string } {
  const end = bytes.indexOf(0x0a);
  const sum = HEAD.exec(bytes.toString('latin1', 0, Math.max(0, end)))?.[1];
  if (sum === undefined) return { why: 'it does not begin like a fact' };
  const body = bytes.subarray(end + 1);
  if (sumOf(body) !== sum) return { why: 'its checksum does not fit' };
  return { text: body.toString('utf8') };
}

function sumOf(body: Uint8Array): string {
  return crc32(body).toString(16).padStart(8, '0');
}
