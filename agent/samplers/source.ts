/**
 * Small ways of reading that many samplers share: a file that must be there, a file that holds one
 * value.
 */
import type { Host } from '../ports.ts';
import { decimal } from './parse/numbers.ts';

/** The text of a file that every Linux has. Its absence is a failure of the reading. */
export function required(host: Host, path: string): string {
  const text = host.readNow(path);
  if (text === undefined) throw new Error(`cannot read ${path}`);
  return text;
}

/** A sysfs attribute without its line end; `undefined` when absent or unreadable. */
export async function attribute(host: Host, path: string): Promise<string | undefined> {
  return (await host.read(path))?.trim();
}

/** A sysfs attribute that holds a decimal number. */
export async function numericAttribute(host: Host, path: string): Promise<number | undefined> {
  const text = await host.read(path);
  return text === undefined ? undefined : decimal(text);
}

/**
 * Several attributes of one folder, by name; those that cannot be read are left out. Listing the
 * folder first is cheaper than failing to open what is not there.
 */
export async function attributes(
  host: Host,
  folder: string,
  names: readonly string[],
): Promise<ReadonlyMap<string, string>> {
  const present = new Set(await host.list(folder));
  const wanted = names.filter((name) => present.has(name.split('/', 1)[0] ?? ''));
  const texts = await Promise.all(wanted.map((name) => attribute(host, `${folder}/${name}`)));
  const found = new Map<string, string>();
  wanted.forEach((name, index) => {
    const text = texts[index];
    if (text !== undefined) found.set(name, text);
  });
  return found;
}
