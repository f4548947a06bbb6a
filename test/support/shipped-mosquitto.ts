/** What `deploy/mosquitto` says, for a mosquitto of a test's own. */
import { readFileSync } from 'node:fs';

const FOLDER = new URL('../../deploy/mosquitto/', import.meta.url);
const INSTALLED = '/etc/mosquitto';

export function shippedFile(name: 'muster.conf' | 'muster.acl'): string {
  return readFileSync(new URL(name, FOLDER), 'utf8');
}

/** All but the listener, which a test has on a port of its own; files are looked for in `folder`. */
export function shippedSettings(folder: string): string[] {
  return settings().map((line) => line.replaceAll(INSTALLED, folder));
}

/** Only how much it takes and how soon it sends, open to all. */
export function shippedLimits(): string[] {
  return [
    'allow_anonymous true',
    ...settings().filter((line) => /^(max_|set_tcp_nodelay)/.test(line)),
  ];
}

function settings(): string[] {
  return shippedFile('muster.conf')
    .split('\n')
    .filter((line) => line !== '' && !/^(#|listener )/.test(line));
}
