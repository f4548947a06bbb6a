// Whether a package's file is CommonJS or an ES module, as Node would take it.
import { createRequire } from 'node:module';
import { root } from '../lib/root.mjs';

const require = createRequire(`${root}/package.json`);

export function isCommonJs(path: string): boolean {
  if (!/\.c?js$/.test(path)) return false;
  const folder = /^.*\/node_modules\/(?:@[^/]+\/)?[^/]+/.exec(path)?.[0];
  const { type } = require(`${folder}/package.json`) as { type?: string };
  return type !== 'module' || path.endsWith('.cjs');
}
