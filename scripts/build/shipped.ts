// What the collector ships beside its bundle: rules that it evaluates unless told otherwise, and a
// configuration of alerting to begin with.
import { copyFileSync, mkdirSync, readdirSync } from 'node:fs';
import { join } from 'node:path';
import { root } from '../lib/root.mjs';

const OUT = 'dist/collector';
const FOLDERS = [
  { from: 'deploy/rules', to: 'rules' },
  { from: 'deploy/alerting', to: 'alerting' },
] as const;

/** The files that were copied, as paths under dist. */
export function copyShipped(): readonly string[] {
  return FOLDERS.flatMap(({ from, to }) => {
    mkdirSync(join(root, OUT, to), { recursive: true });
    const names = readdirSync(join(root, from)).filter((name) => name.endsWith('.yml'));
    for (const name of names) copyFileSync(join(root, from, name), join(root, OUT, to, name));
    return names.map((name) => `${to}/${name}`);
  });
}
