/** How files travel to the collector and back: its address and the certificates that it is known by. */
import { readFile } from 'node:fs/promises';
import type { CareConfig } from '../config/care.ts';
import type { CourierOptions } from '../io/maintenance/courier.ts';

export async function courierOptions({ collector }: CareConfig): Promise<CourierOptions> {
  const { url, caFile } = collector;
  if (url === undefined) return {};
  if (caFile === undefined) return { collectorUrl: url };
  return { collectorUrl: url, tls: { ca: await readFile(caFile) } };
}
