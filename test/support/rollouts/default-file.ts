/** The example of docs/rollouts.md: what the figures are measured with. */
import { readFileSync } from 'node:fs';

export function defaultFile(): string {
  const page = readFileSync(new URL('../../../docs/rollouts.md', import.meta.url), 'utf8');
  const [, file] = /```yaml\n(# The default[\s\S]*?)```/.exec(page) ?? [];
  if (file === undefined) throw new Error('docs/rollouts.md has no default file');
  return file;
}
