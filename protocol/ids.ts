import { createHash } from 'node:crypto';

/** Site and device ids: lower-case letters, digits and hyphens, 1 to 63 characters. */
const ID = /^[a-z0-9][a-z0-9-]{0,62}$/;

export function isId(text: string): boolean {
  return ID.test(text);
}

/**
 * The default device id: `<hostname>-<6 hex digits of SHA-256(machine-id)>`.
 *
 * A host name that does not fit an id (capitals, dots, too long) is folded into one, so that every
 * machine has a default; the hash keeps two machines of one name apart.
 */
export function defaultDeviceId(hostname: string, machineId: string): string {
  const suffix = createHash('sha256').update(machineId.trim()).digest('hex').slice(0, 6);
  const folded = hostname
    .toLowerCase()
    .replaceAll(/[^a-z0-9]+/g, '-')
    .replaceAll(/^-+|-+$/g, '');
  return `${folded.slice(0, 56).replace(/-+$/, '') || 'device'}-${suffix}`;
}
