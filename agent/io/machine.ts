/** What tells this machine and this boot from others. */
import { createHash } from 'node:crypto';
import { readFileSync } from 'node:fs';

/** First 64 bits of the kernel's boot id, in hexadecimal. */
export function readBootId(): string {
  const id = readFileSync('/proc/sys/kernel/random/boot_id', 'utf8');
  return id.replaceAll('-', '').slice(0, 16);
}

/** First 64 bits of the hashed machine id; the id itself is confidential (machine-id(5)). */
export function machineHash(): string {
  return createHash('sha256').update(machineId()).digest('hex').slice(0, 16);
}

/** Empty on a machine without one, which is then told apart by its device id alone. */
function machineId(): string {
  try {
    return readFileSync('/etc/machine-id', 'utf8').trim();
  } catch {
    return '';
  }
}
